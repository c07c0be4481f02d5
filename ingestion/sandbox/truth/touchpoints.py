"""Who did what when, as far as fixed rules can tell: by e-mail address, by login, by what the CRM ties together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ingestion.sandbox.facts import UNIT_CRM, Facts, Person, Visit, unit_of


@dataclass(frozen=True)
class Touchpoint:
    """One entry of a person's timeline."""

    email: str
    """Lower case, without surrounding blanks."""
    at: datetime
    kind: str
    """`web_session`, `email_open`, `email_click`, `activity`, `deal_created`, `deal_won`, `deal_lost`,
    `invoice_paid`, `order_placed`, `ticket_created` or `referral_registered`."""
    source: str
    """The system that holds the record, by source name."""
    source_id: str
    """Id of the record it comes from, as the world knows it; a visit is named by its number in GA4 too."""


def normalised(email: str) -> str:
    """An address as it is compared: no blanks around it, lower case."""
    return email.strip().lower()


def touchpoints(facts: Facts) -> list[Touchpoint]:
    """Every touchpoint that deterministic rules place on a person, by time.

    - Web: a visit belongs to its own login; an anonymous one to the next login on the same visitor id, else to the
      last one before (`visit_owners`). A visitor id that never logs in belongs to nobody.
    - E-mail: opens and clicks by the address written to.
    - CRM: engagements of a contact, deals by their contacts (creation and every closing). A merged contact counts as
      the contact it was merged into.
    - Paid invoices by the billing customer's address; orders, tickets and referrals by the person they name.

    An address counts only if some person on record has it. Deleted and archived engagements, deals, orders, tickets
    and referrals do not count, nor do test records.
    """
    known = {normalised(person.email) for person in facts.people if not person.is_test_record}
    found = (*_web(facts), *_mail(facts), *_crm(facts), *_service(facts))
    return sorted((t for t in found if t.email in known), key=lambda t: (t.at, t.kind, t.source_id, t.email))


def visit_owners(facts: Facts) -> list[tuple[Visit, str]]:
    """Each visit that can be stitched to a login, with the login's normalised address; each site on its own."""
    by_visitor: dict[tuple[str, str], list[Visit]] = defaultdict(list)
    for visit in sorted(facts.visits, key=lambda v: (v.started_at, v.visit_id)):
        by_visitor[visit.site, visit.visitor_id].append(visit)
    owners = []
    for visits in by_visitor.values():
        next_login: str | None = None
        stitched: dict[int, str] = {}
        for visit in reversed(visits):
            next_login = visit.user_id or next_login
            if next_login:
                stitched[visit.visit_id] = next_login
        last_login: str | None = None
        for visit in visits:
            last_login = visit.user_id or last_login
            login = stitched.get(visit.visit_id) or last_login
            if login:
                owners.append((visit, normalised(login)))
    return owners


def _web(facts: Facts) -> Iterator[Touchpoint]:
    for visit, email in visit_owners(facts):
        yield Touchpoint(email, visit.started_at, "web_session", visit.site, str(visit.visit_id))


def _mail(facts: Facts) -> Iterator[Touchpoint]:
    for activity in facts.email_activity:
        if activity.action in ("open", "click"):
            kind = f"email_{activity.action}"
            yield Touchpoint(normalised(activity.email), activity.at, kind, "mailchimp", activity.campaign_id)


def _survivor(people: dict[int, Person], person_id: int) -> Person:
    person = people[person_id]
    while person.merged_into is not None:
        person = people[person.merged_into]
    return person


def _crm(facts: Facts) -> Iterator[Touchpoint]:
    people = {person.person_id: person for person in facts.people}
    crms = {company_id: UNIT_CRM[unit] for company_id, unit in unit_of(facts).items()}

    def email_of(person_id: int) -> str:
        return normalised(_survivor(people, person_id).email)

    for engagement in facts.engagements:
        if engagement.person_id is not None and engagement.archived_at is None:
            email, crm = email_of(engagement.person_id), crms.get(engagement.company_id, "hubspot")
            yield Touchpoint(email, engagement.at, "activity", crm, str(engagement.engagement_id))
    for deal in facts.deals:
        if deal.archived_at is not None:
            continue
        closings = [(at, stage.removeprefix("closed")) for at, stage in deal.stage if stage.startswith("closed")]
        crm = crms.get(deal.company_id, "hubspot")
        for email in {email_of(person_id) for person_id in deal.person_ids}:
            yield Touchpoint(email, deal.created_at, "deal_created", crm, str(deal.deal_id))
            for at, outcome in closings:
                yield Touchpoint(email, at, f"deal_{outcome}", crm, str(deal.deal_id))
    for referral in facts.referrals:
        if referral.archived_at is None:
            email = email_of(referral.person_id)
            number = str(referral.referral_id)
            yield Touchpoint(email, referral.registered_at, "referral_registered", "partnerstack", number)


def _service(facts: Facts) -> Iterator[Touchpoint]:
    people = {person.person_id: person for person in facts.people}
    customers = {customer.customer_id: customer for customer in facts.billing_customers}
    for invoice in facts.invoices:
        if invoice.paid_at is not None:
            email = normalised(customers[invoice.customer_id].email)
            yield Touchpoint(email, invoice.paid_at, "invoice_paid", "stripe", invoice.invoice_id)
    for order in facts.orders:
        if order.deleted_at is None:
            email = normalised(_survivor(people, order.person_id).email)
            shop = "postgres_orders" if order.channel == "order_database" else order.channel
            yield Touchpoint(email, order.ordered_at, "order_placed", shop, str(order.order_id))
    for ticket in facts.tickets:
        if ticket.deleted_at is None:
            email = normalised(_survivor(people, ticket.requester_person_id).email)
            yield Touchpoint(email, ticket.created_at, "ticket_created", ticket.desk, str(ticket.ticket_id))
