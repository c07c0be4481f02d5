"""Who owned buyers when: `AccountHistory`, `ContactHistory` and `LeadHistory`, of which the org tracks the owner.

A change of a lookup is told twice, by name and by id. What came before a record was there is not told.
"""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Any

from ingestion.sandbox.facts import History, salesforce_id
from ingestion.sandbox.vendors.salesforce.unit import Record, Records, Unit

PER_RECORD = 1000
"""Numbers reserved for the history of one record, so that ids stay as the history grows."""


def of_accounts(unit: Unit) -> Records:
    for company in unit.facts.companies:
        if company.account_created_at is not None:
            number, since = company.company_id, company.account_created_at
            yield from _told(unit, "account", number, company.owner, since, company.archived_at)


def of_contacts(unit: Unit) -> Records:
    for person in unit.facts.people:
        if person.contact_created_at is not None:
            number, since = person.person_id, person.contact_created_at
            yield from _told(unit, "contact", number, person.owner, since, person.archived_at)


def of_leads(unit: Unit) -> Records:
    for lead in unit.facts.leads:
        yield from _told(unit, "lead", lead.lead_id, lead.owner, lead.created_at, lead.archived_at)


def _told(
    unit: Unit, kind: str, number: int, owner: History[int], created_at: datetime, gone_at: datetime | None
) -> Records:
    """The creation of a record and each change of its owner since."""
    by = salesforce_id("user", owner.at(created_at) or owner.current)
    entries: list[tuple[datetime, dict[str, Any]]] = [(created_at, {"Field": "created", "DataType": "Text"})]
    for (_, old), (at, new) in pairwise(owner):
        if at > created_at:
            names = {"OldValue": unit.user_names.get(old), "NewValue": unit.user_names.get(new)}
            ids = {"OldValue": salesforce_id("user", old), "NewValue": salesforce_id("user", new)}
            entries.append((at, {"Field": "Owner", "DataType": "Text", **names}))
            entries.append((at, {"Field": "Owner", "DataType": "EntityId", **ids}))
    for place, (at, entry) in enumerate(entries):
        values = {f"{kind.capitalize()}Id": salesforce_id(kind, number), "CreatedById": by, **entry}
        yield Record(salesforce_id(f"{kind}_history", number * PER_RECORD + place), values, at, at, gone_at)
