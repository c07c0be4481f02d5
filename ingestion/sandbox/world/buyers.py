"""Strangers become leads, leads become opportunities: companies and people from first visit to first deal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from ingestion.sandbox.facts import Company, History, Person
from ingestion.sandbox.world import (
    deals,
    engagements,
    frictions,
    leads,
    marketing,
    partners,
    records,
    staff,
    units,
    web,
)
from ingestion.sandbox.world.engine import World, activity, later, poisson, working_time
from ingestion.sandbox.world.names import (
    COUNTRIES,
    FIRM_FIRST,
    FIRM_SECOND,
    FIRM_SUFFIX,
    INDUSTRIES,
    JOB_TITLES,
    mailbox,
    person_name,
)

RANKS = (
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
)


@dataclass
class Prospect:
    """A firm nobody has entered into the CRM yet, and the person there who looks around first."""

    number: int
    name: str
    domain: str
    country: str
    region: str
    currency: str
    segment: str
    channel: str
    person_id: int
    first_name: str
    last_name: str
    email: str
    visitor_ids: list[str]
    born_at: datetime
    unit: str
    form: int | None = None
    """The goal that made them a lead."""


def tick(world: World, day: date) -> None:
    """The firms that first hear of the company on `day`."""
    rng = world.rng("births", day)
    for number in range(poisson(rng, 0.66 * world.scale * activity(day))):
        stream = world.rng("birth", day, number)
        world.schedule(working_time(stream, day), appear, stream)


def appear(world: World, rng: Random) -> None:
    """A firm appears: by its own visit, through a partner, or on a seller's list."""
    number = world.new_id("firm")
    country, region, currency, _ = rng.choices(COUNTRIES, [c[3] for c in COUNTRIES])[0]
    name = f"{rng.choice(FIRM_FIRST)} {rng.choice(FIRM_SECOND)}"
    domain = f"{name.lower().replace(' ', '-')}-{number}.example"
    first, last = person_name(rng, country)
    box = mailbox(first, last, number)
    way = rng.choices(("inbound", "outbound", "partner"), (58, 32, 10))[0]
    prospect = Prospect(
        number=number,
        name=f"{name} {FIRM_SUFFIX[country]}" if country in FIRM_SUFFIX and rng.random() < 0.7 else name,
        domain=domain,
        country=country,
        region=region,
        currency=currency,
        segment=rng.choices(("smb", "mid_market", "enterprise"), (55, 31, 14))[0],
        channel=rng.choices(web.CHANNELS, web.CHANNEL_WEIGHTS)[0],
        person_id=world.new_id("person", 1001),
        first_name=first,
        last_name=last,
        email=f"{box}{number}.sandbox@gmail.com" if rng.random() < 0.03 else f"{box}@{domain}",
        visitor_ids=[web.new_visitor_id(rng)],
        born_at=world.now,
        unit=units.of_firm(world, number),
    )
    if way == "inbound":
        look_around(world, prospect, rng.choice((1, 1, 2, 2, 3, 4)), rng)
    elif way == "partner" and world.partners:
        prospect.channel = "partner"
        company, person = enter(world, prospect, rng)
        partners.register(world, company, person, None)
        warm_up(world, company, person, rng)
    else:
        prospect.channel = "direct"
        company, person = enter(world, prospect, rng)
        engagements.log(
            world,
            rng.choice(("calls", "emails")),
            company,
            person,
            None,
            "outgoing",
            "Introduction",
        )
        warm_up(world, company, person, rng)


def look_around(world: World, prospect: Prospect, visits_left: int, rng: Random) -> None:
    """One anonymous visit; the last one ends with a form, which makes the lead."""
    if rng.random() < 0.15:
        prospect.visitor_ids.append(web.new_visitor_id(rng))
    is_first = world.now == prospect.born_at
    channel = prospect.channel if is_first else rng.choice((prospect.channel, "direct", "organic_search"))
    goal = rng.choices((1, 2, 3), (5, 3, 4))[0] if visits_left == 1 else None
    # A form is filled in on the first device, so that the history of that device becomes known.
    device = prospect.visitor_ids[0] if goal else rng.choice(prospect.visitor_ids)
    user_id = prospect.email if goal and rng.random() < 0.5 else None
    visit = web.browse(
        world,
        rng,
        device,
        channel,
        prospect.country,
        prospect.person_id,
        user_id,
        goal_id=goal,
        unit=prospect.unit,
    )
    if goal:
        prospect.form = goal
        world.schedule(
            visit.ended_at + timedelta(seconds=rng.randint(1, 90)),
            became_lead,
            prospect,
            rng,
        )
    else:
        world.schedule(later(rng, world.now, 0.3, 21), look_around, prospect, visits_left - 1, rng)


def became_lead(world: World, prospect: Prospect, rng: Random) -> None:
    """The form arrives in the CRM."""
    company, person = enter(world, prospect, rng)
    if frictions.is_unread(prospect.unit, prospect.form):
        frictions.lose(world, company)
    else:
        warm_up(world, company, person, rng)


def enter(world: World, prospect: Prospect, rng: Random) -> tuple[Company, Person]:
    """Company and contact are created; marketing owns them until somebody in sales is assigned."""
    queue = staff.member_of(world, "Marketing", prospect.number, unit=prospect.unit)
    employees = {"smb": (5, 90), "mid_market": (90, 900), "enterprise": (900, 20_000)}[prospect.segment]
    company = Company(
        company_id=world.new_id("company", 2001),
        name=prospect.name,
        domain=prospect.domain,
        country=prospect.country,
        region=prospect.region,
        industry=rng.choice(INDUSTRIES),
        segment=prospect.segment,
        employees=rng.randint(*employees),
        currency=prospect.currency,
        created_at=world.now,
        owner=History(world.now, queue),
        acquisition_channel=prospect.channel,
        lifecycle=History(world.now, "lead"),
        updated_at=world.now,
        business_unit=prospect.unit,
    )
    if rng.random() < 0.05:
        siblings = [c.company_id for c in world.companies.values() if c.business_unit == prospect.unit]
        company.parent_company_id = rng.choice(siblings) if siblings else None
    world.companies[company.company_id] = company
    world.facts.companies.append(company)
    person = Person(
        person_id=prospect.person_id,
        company_id=company.company_id,
        first_name=prospect.first_name,
        last_name=prospect.last_name,
        email=prospect.email,
        job_title=rng.choice(JOB_TITLES),
        phone=f"+{rng.randint(10, 99)} {rng.randint(100, 999)} {rng.randint(1000, 9999)}",
        born_at=prospect.born_at,
        visitor_ids=prospect.visitor_ids,
        lifecycle=History(world.now, "lead"),
        owner=History(world.now, queue),
        updated_at=world.now,
        has_marketing_consent=rng.random() < 0.75,
    )
    leads.record(world, company, person, web.GOALS.get(prospect.form or 0))
    add_person(world, person)
    wait = timedelta(minutes=rng.choice((2, 5, 15, 60, 600)))
    if not frictions.is_unread(prospect.unit, prospect.form):
        world.schedule(world.now + wait + frictions.routing_delay(world, company), assign, company, person)
    for number in range(rng.choices((0, 1, 2, 3), (30, 35, 22, 13))[0]):
        world.schedule(later(rng, world.now, 1, 120), records.add_colleague, company, number)
    if rng.random() < 0.05:
        world.schedule(later(rng, world.now, 3, 150), records.add_duplicate_company, company)
    elsewhere = world.rng("other unit", company.company_id)
    if elsewhere.random() < 0.06:
        world.schedule(later(elsewhere, world.now, 60, 500), records.buy_elsewhere, company, person)
    return company, person


def add_person(world: World, person: Person) -> None:
    """Put a person on record and let them keep visiting the site."""
    world.people[person.person_id] = person
    world.company_people[person.company_id].append(person)
    world.facts.people.append(person)
    marketing.schedule_invitation(world, person, world.companies[person.company_id].region)
    rng = world.rng("visitor", person.person_id)
    country = world.companies[person.company_id].country
    if rng.random() < 0.85:
        world.schedule(web.next_return(rng, world.now), web.return_visit, person, country, 0)
    if rng.random() < 0.025 and not person.is_test_record:
        world.schedule(later(rng, world.now, 120, 700), records.change_employer, person)
    if rng.random() < 0.03:
        world.schedule(later(rng, world.now, 2, 90), records.add_duplicate_person, person)
    if rng.random() < 0.03:
        world.schedule(later(rng, world.now, 30, 600), records.archive_person, person)


def assign(world: World, company: Company, person: Person) -> None:
    """Sales gets the lead; the first call or email follows within hours or days."""
    if company.archived_at is not None:
        return
    seller = staff.member_of(world, company.region, company.company_id, unit=company.business_unit)
    for record in (company, person):
        record.owner.set(world.now, seller)
        record.updated_at = world.now
    leads.assigned(world, person, seller)
    rng = world.rng("first touch", company.company_id)
    kind = rng.choice(("calls", "emails"))
    world.schedule(
        later(rng, world.now, 0, 2.5),
        engagements.log,
        kind,
        company,
        person,
        None,
        "outgoing",
        "Following up",
    )


def promote(world: World, company: Company, stage: str) -> None:
    """Raise the company and its living contacts to a lifecycle stage; never lowers one."""
    records: tuple[Company | Person, ...] = (company, *world.company_people[company.company_id])
    for record in records:
        if RANKS.index(record.lifecycle.current) < RANKS.index(stage) and record.archived_at is None:
            record.lifecycle.set(world.now, stage)
            record.updated_at = world.now


def warm_up(world: World, company: Company, person: Person, rng: Random) -> None:
    """Lead to marketing-qualified, unless interest dies here."""
    if rng.random() < 0.92:
        world.schedule(later(rng, world.now, 0, 20), qualify, company, person, rng)


def qualify(world: World, company: Company, person: Person, rng: Random) -> None:
    """Marketing-qualified now, sales-qualified some days later for most."""
    promote(world, company, "marketingqualifiedlead")
    if rng.random() < 0.9:
        world.schedule(later(rng, world.now, 1, 15), accept, company, person, rng)


def accept(world: World, company: Company, person: Person, rng: Random) -> None:
    """Sales accepts the lead; a deal follows for most."""
    promote(world, company, "salesqualifiedlead")
    leads.qualified(world, person)
    engagements.log(world, "calls", company, person, None, "outgoing", "Discovery")
    if rng.random() < 0.95:
        world.schedule(later(rng, world.now, 1, 10), open_first_deal, company, 0)


def open_first_deal(world: World, company: Company, attempt: int) -> None:
    """The first deal of a company, or another try after a loss."""
    if company.archived_at is None:
        promote(world, company, "opportunity")
        lead = leads.open_account(world, company)
        leads.opened(world, lead, deals.open_new_business(world, company, attempt))
