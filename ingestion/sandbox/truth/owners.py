"""Whose an account, a contact or a lead was at the end of a past day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from ingestion.sandbox.facts import Facts, History, crm_of
from ingestion.sandbox.truth.money import INSTANT, month_start

Record = tuple[str, str, int]
"""CRM, `account`, `contact` or `lead`, and number in the world."""


def owners_on(facts: Facts, day: date) -> dict[Record, int]:
    """Owner of every record that was there at the end of the UTC day: not those deleted or merged away by then."""
    at = min(month_start(day + timedelta(days=1)) - INSTANT, facts.as_of)
    return {
        record: owner
        for record, owners, since, gone_at in _owned(facts)
        if since <= at and (gone_at is None or gone_at > at) and (owner := owners.at(at)) is not None
    }


def _owned(facts: Facts) -> Iterator[tuple[Record, History[int], datetime, datetime | None]]:
    """Each record with its owners, and from when until when it was there."""
    crms = crm_of(facts)
    for company in facts.companies:
        crm = crms[company.company_id]
        since = company.created_at if crm == "hubspot" else company.account_created_at
        if since is not None:
            yield (crm, "account", company.company_id), company.owner, since, company.archived_at
    for person in facts.people:
        if person.contact_created_at is not None:
            record = (crms[person.company_id], "contact", person.person_id)
            yield record, person.owner, person.contact_created_at, person.archived_at
    for lead in facts.leads:
        yield (crms[lead.company_id], "lead", lead.lead_id), lead.owner, lead.created_at, lead.archived_at
