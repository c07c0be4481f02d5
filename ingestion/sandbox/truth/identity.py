"""Who is who: the records of every system, and the human and the organisation that each one really is.

Record numbers are the world's; `crm_id` tells how a CRM spells them. What nobody could know is marked, not left out:
a shared inbox belongs to several people, a test record to none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ingestion.sandbox.facts import Facts, crm_of
from ingestion.sandbox.truth.touchpoints import normalised


@dataclass(frozen=True)
class Identity:
    """A record that speaks of a human, an organisation or both."""

    source: str
    kind: str
    """`contact`, `lead`, `account`, `customer`, `order`, `audience_member`, `requester`, `visitor` or `referral`."""
    record: str
    human: int | None
    """The human's first person record; None where the record names nobody in particular, or a test."""
    organisation: int | None
    """The organisation's first company record."""
    is_ambiguous: bool = False
    """A shared inbox or a device of several people: no rule can tell them apart by this record."""


def humans(facts: Facts) -> dict[int, int]:
    """Every person record's human: its first record, through duplicates, other units and changes of employer."""
    return _roots({p.person_id: p.same_human_as or p.merged_into for p in facts.people})


def organisations(facts: Facts) -> dict[int, int]:
    """Every company record's organisation: its first record. A subsidiary is an organisation of its own."""
    return _roots({c.company_id: c.same_company_as or c.merged_into for c in facts.companies})


def _roots(before: dict[int, int | None]) -> dict[int, int]:
    roots = {}
    for number in before:
        root = number
        while (earlier := before.get(root)) is not None:
            root = earlier
        roots[number] = root
    return roots


def identities(facts: Facts) -> list[Identity]:
    """Every record of every system, system by system."""
    who, firm = humans(facts), organisations(facts)
    people = {person.person_id: person for person in facts.people}
    shared = {person.person_id for person in facts.people if person.email.startswith("info@")}

    def of_person(source: str, kind: str, record: str, person_id: int, company_id: int | None) -> Identity:
        is_test = people[person_id].is_test_record
        human = None if is_test else who[person_id]
        organisation = None if is_test or company_id is None else firm[company_id]
        return Identity(source, kind, record, human, organisation, person_id in shared)

    requesters: dict[tuple[str, int], int] = {}
    for ticket in facts.tickets:
        requesters.setdefault((ticket.desk, ticket.requester_person_id), ticket.company_id)
    return [
        *_crm_records(facts, firm, of_person),
        *_billing(facts, who, firm),
        *_visitors(facts, who),
        *(
            of_person("postgres_orders" if o.channel == "order_database" else o.channel, "order", str(o.order_id),
                      o.person_id, o.company_id)
            for o in facts.orders if o.deleted_at is None
        ),
        *(
            of_person("mailchimp", "audience_member", f"{m.list_id}:{m.email.lower()}", m.person_id, None)
            for m in facts.audience_members
        ),
        *(
            of_person(desk, "requester", str(person_id), person_id, company_id)
            for (desk, person_id), company_id in requesters.items()
        ),
        *(of_person("partnerstack", "referral", r.key, r.person_id, r.company_id) for r in facts.referrals),
    ]  # fmt: skip


def _crm_records(facts: Facts, firm: dict[int, int], of_person: Callable[..., Identity]) -> Iterator[Identity]:
    """Accounts, contacts and leads that have not been merged away."""
    crms = crm_of(facts)
    for company in facts.companies:
        crm = crms[company.company_id]
        if company.merged_into is None and (crm == "hubspot" or company.account_created_at is not None):
            yield Identity(crm, "account", str(company.company_id), None, firm[company.company_id])
    for person in facts.people:
        if person.contact_created_at is not None and person.merged_into is None:
            crm = crms[person.company_id]
            yield of_person(crm, "contact", str(person.person_id), person.person_id, person.company_id)
    for lead in facts.leads:
        if lead.merged_into is None:
            crm = crms[lead.company_id]
            yield of_person(crm, "lead", str(lead.lead_id), lead.person_id, lead.company_id)


def _billing(facts: Facts, who: dict[int, int], firm: dict[int, int]) -> Iterator[Identity]:
    """Billing customers; they name a human only by the human's own address."""
    people = {person.person_id: person for person in facts.people}
    for customer in facts.billing_customers:
        is_personal = normalised(customer.email) == normalised(people[customer.person_id].email)
        is_shared = is_personal and customer.email.lower().startswith("info@")
        human = who[customer.person_id] if is_personal else None
        yield Identity("stripe", "customer", customer.customer_id, human, firm[customer.company_id], is_shared)


def _visitors(facts: Facts, who: dict[int, int]) -> Iterator[Identity]:
    """Devices that somebody on record used, by site."""
    users: dict[tuple[str, str], set[int]] = {}
    shared: set[tuple[str, str]] = set()
    for visit in facts.visits:
        device = visit.site, visit.visitor_id
        if visit.person_id in who:
            users.setdefault(device, set()).add(who[visit.person_id])
        if (visit.user_id or "").startswith("info@"):
            shared.add(device)
    for (site, visitor_id), found in users.items():
        yield Identity(site, "visitor", visitor_id, min(found), None, len(found) > 1 or (site, visitor_id) in shared)
