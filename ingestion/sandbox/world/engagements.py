"""What sellers log: calls, meetings, emails, notes and tasks."""

from __future__ import annotations

from datetime import timedelta

from ingestion.sandbox.facts import Company, Deal, Engagement, Person
from ingestion.sandbox.world import leads
from ingestion.sandbox.world.engine import World, later

KINDS = ("calls", "meetings", "emails", "notes", "tasks")


def log(
    world: World,
    kind: str,
    company: Company,
    person: Person | None,
    deal: Deal | None,
    direction: str | None,
    subject: str,
) -> None:
    """Record work done now by the owner of the deal, else of the company. Archived records get no more work."""
    if company.archived_at is not None or (deal is not None and deal.archived_at is not None):
        return
    if person is not None and (person.archived_at is not None or not leads.is_on_record(world, person)):
        person = None
    engagement_id = world.new_id("engagement", 30001)
    rng = world.rng("engagement", engagement_id)
    engagement = Engagement(
        engagement_id=engagement_id,
        kind=kind,
        at=world.now,
        owner_id=(deal or company).owner.current,
        company_id=company.company_id,
        person_id=person.person_id if person else None,
        deal_id=deal.deal_id if deal else None,
        direction=None if kind in ("notes", "tasks") else direction,
        subject=subject,
        minutes={"calls": rng.randint(2, 40), "meetings": rng.choice((30, 45, 60))}.get(kind, 0),
        updated_at=world.now,
    )
    world.facts.engagements.append(engagement)
    if rng.random() < 0.012:
        world.schedule(later(rng, world.now, 0, 20), archive, engagement)
    if kind in ("calls", "meetings") and rng.random() < 0.1:
        world.schedule(
            world.now + timedelta(minutes=rng.randint(5, 90)),
            log,
            "notes",
            company,
            person,
            deal,
            None,
            "Notes",
        )


def archive(world: World, engagement: Engagement) -> None:
    """A seller deletes the entry."""
    engagement.archived_at = engagement.updated_at = world.now


def work_on_deal(world: World, company: Company, deal: Deal, step: int) -> None:
    """One or two pieces of work around a step of a deal."""
    rng = world.rng("work", deal.deal_id, step)
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        kind = rng.choices(KINDS, (28, 16, 34, 12, 10))[0]
        person = world.people[rng.choice(deal.person_ids)] if deal.person_ids and rng.random() < 0.85 else None
        direction = "incoming" if kind == "emails" and rng.random() < 0.35 else "outgoing"
        moment = later(rng, world.now, 0, 3)
        world.schedule(moment, log, kind, company, person, deal, direction, f"{deal.name}: {kind}")


def check_in(world: World, company: Company, person: Person, number: int) -> None:
    """Customer success talks to a paying customer about every two months."""
    runs = world.company_runs[company.company_id]
    if not any(run.subscription.ended_at is None for run in runs):
        return
    rng = world.rng("check-in", company.company_id, number)
    log(
        world,
        rng.choice(("meetings", "calls", "emails")),
        company,
        person,
        None,
        "outgoing",
        "Customer review",
    )
    world.schedule(later(rng, world.now, 30, 90), check_in, company, person, number + 1)
