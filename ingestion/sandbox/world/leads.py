"""Leads of the Salesforce and Dynamics units: entered, worked on, qualified, converted, given up, found twice.

In the HubSpot unit everything here does nothing but make contacts.
"""

from __future__ import annotations

from ingestion.sandbox.facts import Company, CrmLead, Deal, History, Person
from ingestion.sandbox.world.engine import World, later
from ingestion.sandbox.world.units import has_leads

GIVE_UP_REASONS = ("No budget", "No interest", "Not reached", "Competitor", "Wrong contact")


def record(world: World, company: Company, person: Person, form: str | None = None, *, is_again: bool = False) -> None:
    """Put a person into the CRM now: as a contact, or as a lead while their company is no account.

    Somebody who writes in once more (`is_again`) is a new lead whatever the company is.
    """
    is_account = company.account_created_at is not None and not is_again
    if not has_leads(company.business_unit) or is_account:
        person.contact_created_at = world.now
        return
    lead = CrmLead(
        lead_id=world.new_id("lead", 8001),
        company_id=company.company_id,
        person_id=person.person_id,
        created_at=world.now,
        source=company.acquisition_channel,
        status=History(world.now, "new"),
        owner=History(world.now, person.owner.current),
        updated_at=world.now,
        form=form,
    )
    world.leads[person.person_id] = lead
    world.company_leads[company.company_id].append(lead)
    world.facts.leads.append(lead)
    world.schedule(later(world.rng("lead", lead.lead_id), world.now, 75, 130), give_up, lead)


def is_on_record(world: World, person: Person) -> bool:
    """Whether the CRM knows the person, as a lead or as a contact."""
    return person.contact_created_at is not None or person.person_id in world.leads


def is_open(lead: CrmLead) -> bool:
    return lead.converted_at is None and lead.archived_at is None


def assigned(world: World, person: Person, seller: int) -> None:
    """A seller takes the lead."""
    lead = world.leads.get(person.person_id)
    if lead is not None and is_open(lead):
        lead.owner.set(world.now, seller)
        _set(world, lead, "working")


def qualified(world: World, person: Person) -> None:
    """Sales accepts the lead."""
    lead = world.leads.get(person.person_id)
    if lead is not None and is_open(lead):
        lead.qualified_at = world.now
        _set(world, lead, "qualified")


def give_up(world: World, lead: CrmLead) -> None:
    """A lead that came to nothing for months is closed."""
    if is_open(lead):
        rng = world.rng("lead given up", lead.lead_id)
        is_test = world.people[lead.person_id].is_test_record
        lead.unqualified_reason = "Test" if is_test else rng.choice(GIVE_UP_REASONS)
        _set(world, lead, "unqualified")


def open_account(world: World, company: Company) -> CrmLead | None:
    """Make the company an account and its living leads contacts; the lead that the deal about to open belongs to."""
    if not has_leads(company.business_unit) or company.account_created_at is not None:
        return None
    company.account_created_at = company.updated_at = world.now
    waiting = [
        lead
        for lead in world.company_leads[company.company_id]
        if is_open(lead) and lead.status.current != "unqualified" and not world.people[lead.person_id].is_test_record
    ]
    for lead in waiting:
        person = world.people[lead.person_id]
        original = world.people.get(person.same_human_as or 0)
        is_twin = original is not None and original.contact_created_at == world.now
        if original is not None and is_twin and world.rng("recognised", lead.lead_id).random() < 0.8:
            person = original
        _convert(world, lead, company, person)
    return next((lead for lead in waiting if lead.qualified_at is not None), waiting[0] if waiting else None)


def opened(world: World, lead: CrmLead | None, deal: Deal) -> None:
    """The deal that the conversion created."""
    if lead is not None:
        lead.converted_deal_id = deal.deal_id


def company_merged(world: World, twin: Company, original: Company) -> None:
    """Leads entered under a company's second name belong to the first; contacts, if that is an account."""
    moved = world.company_leads.pop(twin.company_id, [])
    world.company_leads[original.company_id].extend(moved)
    for lead in filter(is_open, moved):
        lead.company_id = original.company_id
        lead.updated_at = world.now
        if original.account_created_at is not None:
            _convert(world, lead, original, world.people[lead.person_id])


def person_merged(world: World, twin: Person, original: Person) -> None:
    """A lead found to be a duplicate: of another lead, or of a contact, into which it is converted."""
    lead, other = world.leads.get(twin.person_id), world.leads.get(original.person_id)
    if lead is None or not is_open(lead):
        return
    if original.contact_created_at is not None:
        _convert(world, lead, world.companies[original.company_id], original)
    elif other is not None:
        lead.archived_at = lead.updated_at = other.updated_at = world.now
        lead.merged_into = other.lead_id


def archived(world: World, person: Person) -> None:
    """A clerk deletes the person, who may be a lead still."""
    lead = world.leads.get(person.person_id)
    if lead is not None and is_open(lead):
        lead.archived_at = lead.updated_at = world.now


def _convert(world: World, lead: CrmLead, company: Company, person: Person) -> None:
    """The lead becomes `person`, at `company`."""
    lead.converted_at = world.now
    lead.converted_company_id, lead.converted_person_id = company.company_id, person.person_id
    if person.contact_created_at is None:
        person.contact_created_at = world.now
    person.updated_at = world.now
    _set(world, lead, "converted")


def _set(world: World, lead: CrmLead, status: str) -> None:
    lead.status.set(world.now, status)
    lead.updated_at = world.now
