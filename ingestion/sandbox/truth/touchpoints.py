"""Who did what when, as far as fixed rules can tell: by e-mail address, by login, by what the CRM ties together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from ingestion.sandbox.facts import Facts, Person, Visit, crm_of

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Touchpoint:
    """One entry of a person's timeline."""

    email: str
    """Lower case, without surrounding blanks."""
    at: datetime
    kind: str
    """`web_session`, `goal_reached`, `email_open`, `email_click`, `email_unsub`, `lead_created`, `contact_created`,
    `campaign_joined`, `campaign_responded`, `referral_registered`, `activity`, `deal_created`, `deal_won`, `deal_lost`,
    `order_placed`, `order_cancelled`, `subscription_started`, `subscription_cancel_requested`, `subscription_ended`,
    `invoice_issued`, `invoice_overdue`, `invoice_paid`, `invoice_voided`, `payment_failed`, `credit_note_issued`,
    `refund_issued`, `ticket_created`, `ticket_answered`, `ticket_solved` or `ticket_rated`."""
    source: str
    """The system that holds the record, by source name."""
    source_id: str
    """Id of the record it comes from, as the world knows it; a visit is named by its number in GA4 too. A goal has the
    visit's, a failed payment the bill's, money back in a shop the order's, a rating the ticket's."""


def normalised(email: str) -> str:
    """An address as it is compared: no blanks around it, lower case."""
    return email.strip().lower()


def touchpoints(facts: Facts) -> list[Touchpoint]:
    """Every touchpoint that deterministic rules place on a person, by time.

    - Web: a visit belongs to its own login; an anonymous one to the next login on the same visitor id, else to the
      last one before (`visit_owners`). A visitor id that never logs in belongs to nobody.
    - E-mail: opens, clicks and farewells by the address written to.
    - Marketing: leads, contacts that were not made of a lead, and who was added to a campaign or answered it. The day
      of an answer is all that is known; who answered on the day they were added is not counted as added.
    - CRM: engagements of a contact, deals by their contacts (creation and every closing). A merged contact counts as
      the contact it was merged into.
    - Contracts, bills and payments by the billing customer's address; orders, tickets and referrals by the person they
      name. A bill is overdue when the day it was due is over and it is neither paid nor void.

    An address counts only if some person on record has it. Deleted and archived engagements, deals, orders, tickets
    and referrals do not count, nor do test records.
    """
    known = {normalised(person.email) for person in facts.people if not person.is_test_record}
    found = (
        *_web(facts), *_mail(facts), *_enquiries(facts), *_crm(facts),
        *_billing(facts), *_orders(facts), *_support(facts),
    )  # fmt: skip
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


def stitched(facts: Facts, window: timedelta | None, without_consent: bool) -> list[tuple[Visit, str]]:
    """As `visit_owners`, but an anonymous visit counts only near enough a login, and only with consent, if asked for.

    Consent is that of every living contact with the address; an address without one has given none.
    """
    refused: set[str] = set()
    consented: set[str] = set()
    for person in facts.people:
        if person.contact_created_at is not None and person.archived_at is None:
            (consented if person.has_marketing_consent else refused).add(normalised(person.email))
    devices: dict[tuple[str, str], list[Visit]] = defaultdict(list)
    for visit in facts.visits:
        devices[visit.site, visit.visitor_id].append(visit)
    found = []
    for visits in devices.values():
        logins = sorted((v for v in visits if v.user_id), key=lambda v: (v.started_at, v.visit_id))
        for visit in visits:
            place = visit.started_at, visit.visit_id
            near = [v for v in logins if window is None or abs(v.started_at - visit.started_at) <= window]
            later = [v for v in near if (v.started_at, v.visit_id) >= place][:1]
            earlier = [v for v in near if (v.started_at, v.visit_id) < place][-1:]
            for login in (later or earlier)[:1]:
                email = normalised(login.user_id or "")
                if visit.user_id or without_consent or email in consented - refused:
                    found.append((visit, email))
    return found


def _web(facts: Facts) -> Iterator[Touchpoint]:
    for visit, email in visit_owners(facts):
        yield Touchpoint(email, visit.started_at, "web_session", visit.site, str(visit.visit_id))
        for action in visit.actions:
            if action.kind == "goal":
                yield Touchpoint(email, action.at, "goal_reached", visit.site, str(visit.visit_id))


def _mail(facts: Facts) -> Iterator[Touchpoint]:
    for activity in facts.email_activity:
        if activity.action in ("open", "click", "unsub"):
            kind = f"email_{activity.action}"
            yield Touchpoint(normalised(activity.email), activity.at, kind, "mailchimp", activity.campaign_id)


def _survivor(people: dict[int, Person], person_id: int) -> Person:
    person = people[person_id]
    while person.merged_into is not None:
        person = people[person.merged_into]
    return person


def _crm(facts: Facts) -> Iterator[Touchpoint]:
    people = {person.person_id: person for person in facts.people}
    crms = crm_of(facts)

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


def _enquiries(facts: Facts) -> Iterator[Touchpoint]:
    people = {person.person_id: person for person in facts.people}
    crms = crm_of(facts)
    made_at: dict[int, datetime] = {}
    for lead in facts.leads:
        if lead.archived_at is None:
            email, crm = normalised(people[lead.person_id].email), crms.get(lead.company_id, "hubspot")
            yield Touchpoint(email, lead.created_at, "lead_created", crm, str(lead.lead_id))
            if lead.converted_at is not None:
                contact = lead.converted_person_id or lead.person_id
                made_at[contact] = min(lead.converted_at, made_at.get(contact, lead.converted_at))
    for person in facts.people:
        at = person.contact_created_at if person.merged_into is None else None
        if at is None or person.archived_at is not None or at >= made_at.get(person.person_id, NEVER):
            continue
        email, crm = normalised(person.email), crms.get(person.company_id, "hubspot")
        yield Touchpoint(email, at, "contact_created", crm, str(person.person_id))
    units = {campaign.campaign_id: campaign.business_unit for campaign in facts.crm_campaigns}
    for member in facts.crm_campaign_members:
        if units[member.campaign_id] != "meridian":
            continue  # Dynamics tells of no members
        email = normalised(_survivor(people, member.person_id).email)
        answered = member.responded_at
        day = answered and datetime.combine(answered.astimezone(UTC), time.min, UTC)
        if day is None or member.created_at < day:
            yield Touchpoint(email, member.created_at, "campaign_joined", "salesforce", str(member.member_id))
        if day is not None:
            yield Touchpoint(email, day, "campaign_responded", "salesforce", str(member.member_id))


def _billing(facts: Facts) -> Iterator[Touchpoint]:
    emails = {customer.customer_id: normalised(customer.email) for customer in facts.billing_customers}
    found: list[tuple[str, str, datetime | None, str]] = []
    for subscription in facts.subscriptions:
        for kind, at in (
            ("started", subscription.created_at),
            ("cancel_requested", subscription.cancel_requested_at),
            ("ended", subscription.ended_at),
        ):
            found.append((subscription.customer_id, f"subscription_{kind}", at, subscription.subscription_id))
    for invoice in facts.invoices:
        voided_at = next((at for at, status in invoice.status if status == "void"), None)
        settled_at = invoice.paid_at or voided_at
        late_at: datetime | None = datetime.combine(invoice.due_date + timedelta(days=1), time.min, UTC)
        if late_at and (late_at > facts.as_of or (settled_at is not None and settled_at < late_at)):
            late_at = None
        for kind, at in (
            ("issued", invoice.created_at), ("overdue", late_at), ("paid", invoice.paid_at), ("voided", voided_at),
        ):  # fmt: skip
            found.append((invoice.customer_id, f"invoice_{kind}", at, invoice.invoice_id))
    found += [(p.customer_id, "payment_failed", p.at, p.invoice_id) for p in facts.payments if not p.is_successful]
    found += [(note.customer_id, "credit_note_issued", note.at, note.credit_note_id) for note in facts.credit_notes]
    found += [(refund.customer_id, "refund_issued", refund.at, refund.refund_id) for refund in facts.refunds]
    for customer_id, kind, at, record in found:
        if at is not None and at <= facts.as_of:
            yield Touchpoint(emails[customer_id], at, kind, "stripe", record)


def _orders(facts: Facts) -> Iterator[Touchpoint]:
    people = {person.person_id: person for person in facts.people}
    for order in facts.orders:
        if order.deleted_at is not None:
            continue
        email = normalised(_survivor(people, order.person_id).email)
        shop = "postgres_orders" if order.channel == "order_database" else order.channel
        yield Touchpoint(email, order.ordered_at, "order_placed", shop, str(order.order_id))
        for at, status in order.status:
            if status == "cancelled":
                yield Touchpoint(email, at, "order_cancelled", shop, str(order.order_id))
        for refund in order.refunds:
            yield Touchpoint(email, refund.at, "refund_issued", shop, str(order.order_id))
        if not order.refunds and order.refunded_at is not None:
            yield Touchpoint(email, order.refunded_at, "refund_issued", shop, str(order.order_id))


def _support(facts: Facts) -> Iterator[Touchpoint]:
    people = {person.person_id: person for person in facts.people}
    for ticket in facts.tickets:
        if ticket.deleted_at is not None:
            continue
        email = normalised(_survivor(people, ticket.requester_person_id).email)
        answers = [c.at for c in ticket.comments if c.is_public and c.author_owner_id is not None]
        solved = [at for at, status in ticket.status if status == "solved"]
        for kind, moments in (
            ("created", [ticket.created_at]),
            ("answered", sorted(answers)[:1]),
            ("solved", solved[-1:]),
            ("rated", [ticket.satisfaction_at] if ticket.satisfaction_at else []),
        ):
            for at in moments:
                yield Touchpoint(email, at, f"ticket_{kind}", ticket.desk, str(ticket.ticket_id))
