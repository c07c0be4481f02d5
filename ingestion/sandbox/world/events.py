"""Webinars, events and trade fairs of the Salesforce and Dynamics units, and who was invited, answered and came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ingestion.sandbox.facts import LEAD_UNITS, Company, CrmCampaign, CrmCampaignMember, History, Person
from ingestion.sandbox.world import leads, staff, units
from ingestion.sandbox.world.engine import World, later

KINDS = (
    # kind, what it is called, days it lasts, cost in US cents
    ("webinar", "Webinar: counting cycles", 1, 180_000),
    ("event", "Customer breakfast", 1, 640_000),
    ("webinar", "Webinar: scanners in the cold store", 1, 150_000),
    ("trade_fair", "Logistics fair", 3, 2_900_000),
)
INFLUENCE = timedelta(days=120)
"""How long before a deal an event counts as its reason."""


def open_calendar(world: World) -> None:
    """The first event of each unit is announced in the first weeks."""
    for unit in units.running(world):
        if unit in LEAD_UNITS:
            first = datetime(2023, 1, 16, 9, tzinfo=UTC)
            world.schedule(later(world.rng("calendar", unit), first, 0, 20), announce, unit, 0)


def announce(world: World, unit: str, number: int) -> None:
    """An event four to eight weeks ahead; the next one is announced some weeks later. A few never take place."""
    rng = world.rng("event", unit, number)
    kind, title, days, cost = KINDS[number % len(KINDS)]
    starts_on = later(rng, world.now, 28, 56).date()
    campaign = CrmCampaign(
        campaign_id=world.new_id("crm campaign", 70001),
        business_unit=unit,
        name=f"{title} {starts_on:%B %Y}",
        kind=kind,
        owner_id=staff.member_of(world, "Marketing", "event", unit, number, unit=unit),
        status=History(world.now, "planned"),
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=days - 1),
        currency="USD",
        budgeted_cost=cost,
        actual_cost=None,
        created_at=world.now,
        updated_at=world.now,
    )
    world.facts.crm_campaigns.append(campaign)
    world.schedule(later(rng, world.now, 2, 6), invite, campaign)
    begins = datetime(starts_on.year, starts_on.month, starts_on.day, 8, tzinfo=UTC)
    if rng.random() < 0.06:
        world.schedule(begins - timedelta(days=rng.randint(3, 12)), move_on, campaign, "aborted")
    else:
        world.schedule(begins, move_on, campaign, "in_progress")
        over = begins + timedelta(days=days - 1, hours=rng.randint(9, 33))
        world.schedule(over, settle, campaign, cost * rng.randint(85, 125) // 100)
    world.schedule(later(rng, world.now, 35, 60), announce, unit, number + 1)


def move_on(world: World, campaign: CrmCampaign, status: str) -> None:
    """The next status, unless it was called off."""
    if campaign.status.current != "aborted":
        campaign.status.set(world.now, status)
        campaign.updated_at = world.now


def settle(world: World, campaign: CrmCampaign, cost: int) -> None:
    """It is over and the bills are in."""
    campaign.actual_cost = cost
    move_on(world, campaign, "completed")


def invite(world: World, campaign: CrmCampaign) -> None:
    """A third of the unit's leads and contacts who agreed to be written to."""
    rng = world.rng("invitations", campaign.campaign_id)
    for person in list(world.people.values()):
        company = world.companies[person.company_id]
        is_reachable = person.has_marketing_consent and person.archived_at is None and not person.is_test_record
        if company.business_unit != campaign.business_unit or not is_reachable:
            continue
        if leads.is_on_record(world, person) and rng.random() < 0.33:
            add(world, campaign, person)


def add(world: World, campaign: CrmCampaign, person: Person) -> None:
    """One invitation, and how it is answered: most are not."""
    member = CrmCampaignMember(
        member_id=world.new_id("campaign member", 75001),
        campaign_id=campaign.campaign_id,
        person_id=person.person_id,
        lead_id=world.leads[person.person_id].lead_id if person.contact_created_at is None else None,
        status=History(world.now, "sent"),
        created_at=world.now,
        updated_at=world.now,
    )
    world.facts.crm_campaign_members.append(member)
    rng = world.rng("answer", member.member_id)
    if rng.random() < 0.28:
        world.schedule(later(rng, world.now, 0, 18), answer, campaign, member, "registered")
        starts = datetime(campaign.starts_on.year, campaign.starts_on.month, campaign.starts_on.day, 16, tzinfo=UTC)
        outcome = "attended" if rng.random() < 0.64 else "no_show"
        world.schedule(starts + timedelta(minutes=rng.randint(0, 150)), answer, campaign, member, outcome)


def answer(world: World, campaign: CrmCampaign, member: CrmCampaignMember, status: str) -> None:
    """They registered, came or stayed away; an event that was called off has no guests."""
    if campaign.status.current == "aborted":
        return
    member.status.set(world.now, status)
    member.updated_at = world.now
    if status == "attended":
        company_id = world.people[member.person_id].company_id
        world.attended[company_id] = (world.now, campaign.campaign_id)


def campaign_behind(world: World, company: Company) -> int | None:
    """The event that somebody of the company attended lately."""
    at, campaign_id = world.attended.get(company.company_id, (None, None))
    return campaign_id if at is not None and world.now - at <= INFLUENCE else None
