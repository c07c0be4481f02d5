"""What makes CRM records hard to trust: colleagues, duplicates, shared inboxes and desks, new employers, tests."""

from __future__ import annotations

from datetime import date, timedelta

from ingestion.sandbox.facts import Company, History, Person
from ingestion.sandbox.world import buyers, frictions, leads, staff, units, web
from ingestion.sandbox.world.engine import World, later, poisson, working_time
from ingestion.sandbox.world.names import (
    JOB_TITLES,
    latin,
    mailbox,
    misspelt,
    person_name,
)


def add_colleague(world: World, company: Company, number: int) -> None:
    """Another person at the company; some share its info@ inbox, some never become a CRM contact."""
    if company.archived_at is not None:
        return
    rng = world.rng("colleague", company.company_id, number)
    first, last = person_name(rng, company.country)
    is_shared_inbox = rng.random() < 0.06
    is_contact = is_shared_inbox or rng.random() < 0.85
    taken = {p.email for p in world.company_people[company.company_id]}
    email = (
        f"info@{company.domain}" if is_shared_inbox else f"{mailbox(first, last, company.company_id)}@{company.domain}"
    )
    if email in taken and not is_shared_inbox:
        email = email.replace("@", f"{number + 2}@")
    person = Person(
        person_id=world.new_id("person", 1001),
        company_id=company.company_id,
        first_name=first,
        last_name=last,
        email=email,
        job_title="Office" if is_shared_inbox else rng.choice(JOB_TITLES),
        phone=f"+{rng.randint(10, 99)} {rng.randint(100, 999)} {rng.randint(1000, 9999)}",
        born_at=world.now,
        visitor_ids=[web.new_visitor_id(rng) for _ in range(2 if is_shared_inbox else 1)],
        lifecycle=History(world.now, company.lifecycle.current),
        owner=History(world.now, company.owner.current),
        updated_at=world.now,
        has_marketing_consent=rng.random() < 0.75,
    )
    desk = world.rng("shared desk", person.person_id)
    neighbours = [p for p in world.company_people[company.company_id] if p.visitor_ids]
    if desk.random() < 0.05 and neighbours:
        person.visitor_ids.append(neighbours[0].visitor_ids[0])
    if is_contact:
        leads.record(world, company, person)
    buyers.add_person(world, person)


def add_duplicate_company(world: World, original: Company) -> None:
    """Somebody enters the company a second time; more than half of these are found and merged."""
    if original.archived_at is not None:
        return
    rng = world.rng("duplicate", original.company_id)
    words = original.name.split(" ")
    name = rng.choice(
        (
            " ".join(words[:2]).upper(),
            misspelt(rng, original.name),
            " ".join(words[:2]) + " Group",
        )
    )
    twin = Company(
        company_id=world.new_id("company", 2001),
        name=name,
        domain=rng.choice((original.domain, f"www.{original.domain}")),
        country=original.country,
        region=original.region,
        industry=original.industry,
        segment=original.segment,
        employees=original.employees,
        currency=original.currency,
        created_at=world.now,
        owner=History(
            world.now,
            staff.member_of(world, original.region, "twin", original.company_id, unit=original.business_unit),
        ),
        acquisition_channel=original.acquisition_channel,
        lifecycle=History(world.now, "lead"),
        updated_at=world.now,
        business_unit=original.business_unit,
        account_created_at=world.now if original.account_created_at else None,
        same_company_as=original.company_id,
    )
    world.companies[twin.company_id] = twin
    world.facts.companies.append(twin)
    world.schedule(world.now + timedelta(minutes=3), add_colleague, twin, 0)
    if rng.random() < 0.65:
        world.schedule(later(rng, world.now, 10, 70), merge_company, twin, original)


def merge_company(world: World, twin: Company, original: Company) -> None:
    """The duplicate is merged away; its people now belong to the surviving company."""
    if original.archived_at is not None:
        return
    twin.merged_into = original.company_id
    twin.archived_at = twin.updated_at = original.updated_at = world.now
    for person in world.company_people.pop(twin.company_id, []):
        person.company_id = original.company_id
        person.updated_at = world.now
        world.company_people[original.company_id].append(person)
    leads.company_merged(world, twin, original)


def buy_elsewhere(world: World, original: Company, person: Person) -> None:
    """A firm that one unit knows turns to another, which enters it as if nobody had ever heard of it."""
    others = [unit for unit in units.selling(world) if unit != original.business_unit]
    if not others or original.archived_at is not None or person.archived_at is not None:
        return
    rng = world.rng("elsewhere", original.company_id)
    unit = rng.choice(others)
    queue = staff.member_of(world, "Marketing", "elsewhere", original.company_id, unit=unit)
    company = Company(
        company_id=world.new_id("company elsewhere", 90001),
        name=rng.choice((original.name, original.name, original.name.upper(), misspelt(rng, original.name))),
        domain=original.domain,
        country=original.country,
        region=original.region,
        industry=original.industry,
        segment=original.segment,
        employees=original.employees,
        currency=original.currency,
        created_at=world.now,
        owner=History(world.now, queue),
        acquisition_channel="referral",
        lifecycle=History(world.now, "lead"),
        updated_at=world.now,
        business_unit=unit,
        same_company_as=original.company_id,
    )
    world.companies[company.company_id] = company
    world.facts.companies.append(company)
    first, last = person.first_name, person.last_name
    if rng.random() < 0.5:
        first, last = latin(first), latin(last)
    other_box = f"{mailbox(first, last, original.company_id + 1)}@{original.domain}"
    twin = Person(
        person_id=world.new_id("person elsewhere", 90001),
        company_id=company.company_id,
        first_name=first,
        last_name=last,
        email=person.email if rng.random() < 0.6 else other_box,
        job_title=person.job_title,
        phone=person.phone,
        born_at=world.now,
        visitor_ids=[web.new_visitor_id(rng)],
        lifecycle=History(world.now, "lead"),
        owner=History(world.now, queue),
        updated_at=world.now,
        has_marketing_consent=False,
        same_human_as=person.person_id,
    )
    leads.record(world, company, twin)
    buyers.add_person(world, twin)
    wait = timedelta(minutes=rng.randint(5, 300)) + frictions.routing_delay(world, company)
    world.schedule(world.now + wait, buyers.assign, company, twin)
    buyers.warm_up(world, company, twin, rng)


def add_duplicate_person(world: World, original: Person) -> None:
    """The same human once more, misspelt and under another address of theirs; half of these are merged."""
    if original.archived_at is not None or not leads.is_on_record(world, original):
        return
    rng = world.rng("twin", original.person_id)
    box, domain = original.email.split("@")
    first, last = latin(original.first_name), latin(original.last_name)
    if rng.random() < 0.7:
        last = misspelt(rng, last)
    twin = Person(
        person_id=world.new_id("person", 1001),
        company_id=original.company_id,
        first_name=first,
        last_name=last,
        email=f"{misspelt(rng, box)}@{domain}" if rng.random() < 0.5 else f"{mailbox(first, last, 2)}.x@{domain}",
        job_title=original.job_title,
        phone=original.phone,
        born_at=world.now,
        visitor_ids=[],
        lifecycle=History(world.now, "lead"),
        owner=History(world.now, original.owner.current),
        updated_at=world.now,
        same_human_as=original.person_id,
    )
    leads.record(world, world.companies[original.company_id], twin, is_again=True)
    world.people[twin.person_id] = twin
    world.facts.people.append(twin)
    if rng.random() < 0.5:
        world.schedule(later(rng, world.now, 5, 60), merge_person, twin, original)


def merge_person(world: World, twin: Person, original: Person) -> None:
    """The duplicate contact is merged into the first."""
    if original.archived_at is None:
        twin.merged_into = original.person_id
        twin.archived_at = twin.updated_at = original.updated_at = world.now
        leads.person_merged(world, twin, original)


def archive_person(world: World, person: Person) -> None:
    """A clerk deletes the contact."""
    if person.archived_at is None and leads.is_on_record(world, person):
        person.archived_at = person.updated_at = world.now
        leads.archived(world, person)


def change_employer(world: World, person: Person) -> None:
    """Somebody moves to another company in the CRM: a new contact, the same name, one device kept."""
    rng = world.rng("new employer", person.person_id)
    old = world.companies[person.company_id]
    choices = [c for c in world.companies.values() if c.archived_at is None and c.region == old.region and c is not old]
    if not choices or person.archived_at is not None:
        return
    company = rng.choice(choices)
    mover = Person(
        person_id=world.new_id("person", 1001),
        company_id=company.company_id,
        first_name=person.first_name,
        last_name=person.last_name,
        email=f"{mailbox(person.first_name, person.last_name, company.company_id)}.n@{company.domain}",
        job_title=rng.choice(JOB_TITLES),
        phone=person.phone,
        born_at=world.now,
        visitor_ids=[*person.visitor_ids[-1:], web.new_visitor_id(rng)],
        lifecycle=History(world.now, company.lifecycle.current),
        owner=History(world.now, company.owner.current),
        updated_at=world.now,
        has_marketing_consent=person.has_marketing_consent,
        same_human_as=person.person_id,
    )
    leads.record(world, company, mover)
    buyers.add_person(world, mover)


def tick(world: World, day: date) -> None:
    """Now and then somebody of our own tests a form and leaves a record behind."""
    rng = world.rng("test records", day)
    if poisson(rng, 0.008 * world.scale):
        world.schedule(working_time(rng, day), add_test_record, day)


def add_test_record(world: World, day: date) -> None:
    """A test contact at the company's own domain, attached to whatever company was open on the screen."""
    if not world.companies:
        return
    rng = world.rng("test record", day)
    company = rng.choice(list(world.companies.values()))
    if company.archived_at is not None:
        return
    person = Person(
        person_id=world.new_id("person", 1001),
        company_id=company.company_id,
        first_name="Test",
        last_name=rng.choice(("Test", "Testov", "User", "QA")),
        email=f"test+{day:%Y%m%d}@{staff.DOMAIN}",
        job_title="Test",
        phone="+00 000 0000",
        born_at=world.now,
        visitor_ids=[],
        lifecycle=History(world.now, "lead"),
        owner=History(world.now, company.owner.current),
        updated_at=world.now,
        is_test_record=True,
    )
    leads.record(world, company, person)
    world.people[person.person_id] = person
    world.facts.people.append(person)
