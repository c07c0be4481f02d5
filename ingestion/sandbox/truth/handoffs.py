"""How long work lay between two teams: enquiries until a seller took, accepted and answered them, buyers until customer
success called, questions until their answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from ingestion.sandbox.facts import LEAD_UNITS, Engagement, Facts, Person, crm_of, unit_of

OPENS, CLOSES = 9, 17
"""Hours (UTC) of a working day, Monday to Friday: the settings as they come."""
AGREED = {
    "lead_assignment": timedelta(hours=1),
    "lead_acceptance": timedelta(hours=80),
    "lead_first_touch": timedelta(hours=8),
    "customer_success": timedelta(hours=40),
    "ticket_first_response": timedelta(hours=8),
}
"""Business time; a help desk's own promise for a question runs around the clock and goes before."""
REACHES_OUT = ("calls", "emails", "meetings")


@dataclass(frozen=True)
class Handoff:
    kind: str
    """A key of `AGREED`."""
    system: str
    """The CRM or help desk."""
    record: str
    """What `number` counts: `lead`, `contact`, `opportunity` or `ticket`."""
    number: int
    due_at: datetime
    done_at: datetime | None
    """None while nobody did it."""
    business_seconds: int
    """Until then, or until now, counted by the working hours it covers."""
    calendar_seconds: int
    assigned_at: datetime | None
    assigned_to: int | None
    """The owner who was to take it first, and since when; None where nobody has it, or nobody hands it on."""
    systems_seconds: int | None
    """Of the business seconds, those before anybody had it; None where it is nobody's to assign."""
    is_breached: bool


def handoffs(facts: Facts, account_of_company: Callable[[str, int], str]) -> list[Handoff]:
    """Those of leads, contacts, deals and tickets that are still on record.

    Which organisation a company of a CRM belongs to is for identity to say, so it is given.
    """
    return [*_of_leads(facts), *_of_contacts(facts, account_of_company), *_of_customers(facts, account_of_company),
            *_of_tickets(facts)]  # fmt: skip


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
    """A lead is taken when it leaves the queue; touched when a seller reaches the person it is, or has become."""
    crms, touches = crm_of(facts), _touches(facts)
    for lead in facts.leads:
        if lead.archived_at is not None:
            continue
        crm = crms[lead.company_id]
        taken_at, taken_by = next(islice(lead.owner, 1, None), (None, None))
        people = {lead.person_id, lead.converted_person_id or lead.person_id}
        touched = [at for person_id in people for at in touches[person_id] if at >= lead.created_at]
        for kind, done_at in (
            ("lead_assignment", taken_at),
            ("lead_acceptance", lead.qualified_at or lead.converted_at),
            ("lead_first_touch", min(touched, default=None)),
        ):
            yield _handoff(facts, kind, crm, "lead", lead.lead_id, lead.created_at, done_at, (taken_at, taken_by))


def _of_contacts(facts: Facts, account_of_company: Callable[[str, int], str]) -> Iterator[Handoff]:
    """Where there are no leads, the first of an organisation's contacts is the enquiry."""
    units, crms, touches = unit_of(facts), crm_of(facts), _touches(facts)
    people = {person.person_id: person for person in facts.people}
    reached: dict[int, list[datetime]] = defaultdict(list)
    for person in facts.people:
        survivor = person
        while survivor.merged_into is not None:
            survivor = people[survivor.merged_into]
        reached[survivor.person_id] += touches[person.person_id]
    contacts: dict[str, list[tuple[datetime, int, Person]]] = defaultdict(list)
    for person in facts.people:
        if units[person.company_id] not in LEAD_UNITS and person.contact_created_at and person.archived_at is None:
            account = account_of_company(crms[person.company_id], person.company_id)
            contacts[account].append((person.contact_created_at, person.person_id, person))
    for found in contacts.values():
        created_at, number, person = min(found)
        touched = min((at for at in reached[number] if at >= created_at), default=None)
        crm = crms[person.company_id]
        yield _handoff(facts, "lead_first_touch", crm, "contact", number, created_at, touched)


def _of_customers(facts: Facts, account_of_company: Callable[[str, int], str]) -> Iterator[Handoff]:
    """The first deal an organisation bought by, until somebody speaks with it about no deal at all."""
    crms = crm_of(facts)
    calls: dict[str, list[datetime]] = defaultdict(list)
    for item in facts.engagements:
        if _is_touch(facts, item) and item.deal_id is None:
            calls[account_of_company(crms[item.company_id], item.company_id)].append(item.at)
    won: dict[str, list[tuple[datetime, str, int]]] = defaultdict(list)
    for deal in facts.deals:
        is_bought = deal.stage.current == "closedwon" and deal.deal_type == "newbusiness"
        if is_bought and deal.archived_at is None and deal.merged_into is None:
            crm = crms[deal.company_id]
            won[account_of_company(crm, deal.company_id)].append((deal.stage.changed_at, crm, deal.deal_id))
    for account, deals in won.items():
        won_at, crm, number = min(deals)
        called = min((at for at in calls[account] if at >= won_at), default=None)
        yield _handoff(facts, "customer_success", crm, "opportunity", number, won_at, called)


def _of_tickets(facts: Facts) -> Iterator[Handoff]:
    for ticket in facts.tickets:
        if ticket.deleted_at is None:
            answers = [said.at for said in ticket.comments if said.author_owner_id is not None and said.is_public]
            promised = [event for event in ticket.metric_events if (event.metric, event.type) == PROMISE]
            yield _handoff(
                facts, "ticket_first_response", ticket.desk, "ticket", ticket.ticket_id, ticket.created_at,
                min(answers, default=None),
                next((taken for taken in ticket.assignee if taken[1] is not None), (None, None)),
                min((event.target_minutes for event in promised if event.target_minutes), default=None),
            )  # fmt: skip


PROMISE = ("reply_time", "apply_sla")


def _is_touch(facts: Facts, item: Engagement) -> bool:
    is_outward = item.kind in REACHES_OUT and item.direction != "incoming"
    return is_outward and item.archived_at is None and item.at <= facts.as_of


def _touches(facts: Facts) -> dict[int, list[datetime]]:
    """When sellers reached each person."""
    found: dict[int, list[datetime]] = defaultdict(list)
    for item in facts.engagements:
        if item.person_id is not None and _is_touch(facts, item):
            found[item.person_id].append(item.at)
    return found


def _handoff(
    facts: Facts,
    kind: str,
    system: str,
    record: str,
    number: int,
    due_at: datetime,
    done_at: datetime | None,
    taken: tuple[datetime | None, int | None] | None = None,
    promised_minutes: int | None = None,
) -> Handoff:
    due_at = due_at.replace(microsecond=0)
    until = (done_at or facts.as_of + timedelta(seconds=1)).replace(microsecond=0)
    worked, waited = business_seconds(due_at, until), int((until - due_at).total_seconds())
    taken_at, taken_by = taken or (None, None)
    lay = business_seconds(due_at, min(taken_at or until, until).replace(microsecond=0))
    late = waited > 60 * promised_minutes if promised_minutes else worked > AGREED[kind].total_seconds()
    return Handoff(
        kind, system, record, number, due_at, done_at and done_at.replace(microsecond=0), worked, waited,
        taken_at and taken_at.replace(microsecond=0), taken_by, lay if taken else None, late,
    )  # fmt: skip
