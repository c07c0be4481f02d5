"""How long work lay between two teams: leads until a seller took and accepted them, questions until their answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ingestion.sandbox.facts import UNIT_CRM, Facts, unit_of

OPENS, CLOSES = 9, 17
"""Hours (UTC) of a working day, Monday to Friday: the settings as they come."""


@dataclass(frozen=True)
class Handoff:
    kind: str
    """`lead_assignment`, `lead_acceptance` or `ticket_first_response`."""
    system: str
    """The CRM or help desk."""
    number: int
    """Of the lead or ticket in the world."""
    due_at: datetime
    done_at: datetime | None
    """None while nobody did it."""
    business_seconds: int
    """Until then, or until now, counted by the working hours it covers."""


def handoffs(facts: Facts) -> list[Handoff]:
    """Those of leads and tickets that are still on record."""
    return [*_of_leads(facts), *_of_tickets(facts)]


def business_seconds(first: datetime, last: datetime) -> int:
    """Seconds of working hours from one instant to another, day by day."""
    total = timedelta(0)
    day = datetime(first.year, first.month, first.day, tzinfo=UTC)
    while day < last:
        if day.weekday() < 5:
            begins, ends = max(first, day + timedelta(hours=OPENS)), min(last, day + timedelta(hours=CLOSES))
            total += max(ends - begins, timedelta(0))
        day += timedelta(days=1)
    return int(total.total_seconds())


def _of_leads(facts: Facts) -> Iterator[Handoff]:
    units = unit_of(facts)
    for lead in facts.leads:
        if lead.archived_at is not None:
            continue
        crm = UNIT_CRM[units[lead.company_id]]
        owners = list(lead.owner)
        taken_at = owners[1][0] if len(owners) > 1 else None
        accepted_at = lead.qualified_at or lead.converted_at
        for kind, done_at in (("lead_assignment", taken_at), ("lead_acceptance", accepted_at)):
            yield _handoff(facts, kind, crm, lead.lead_id, lead.created_at, done_at)


def _of_tickets(facts: Facts) -> Iterator[Handoff]:
    for ticket in facts.tickets:
        if ticket.deleted_at is None:
            answers = [said.at for said in ticket.comments if said.author_owner_id is not None and said.is_public]
            done_at = min(answers, default=None)
            yield _handoff(facts, "ticket_first_response", ticket.desk, ticket.ticket_id, ticket.created_at, done_at)


def _handoff(facts: Facts, kind: str, system: str, number: int, due_at: datetime, done_at: datetime | None) -> Handoff:
    waited_until = done_at or facts.as_of + timedelta(seconds=1)
    due_at = due_at.replace(microsecond=0)
    return Handoff(
        kind,
        system,
        number,
        due_at,
        done_at and done_at.replace(microsecond=0),
        business_seconds(due_at, waited_until.replace(microsecond=0)),
    )
