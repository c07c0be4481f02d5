"""The company's own people: hired as it grows, replaced when they leave, their work handed over the same day."""

from __future__ import annotations

from datetime import UTC, datetime

from ingestion.sandbox.facts import Company, Owner, Person
from ingestion.sandbox.world.engine import World, later
from ingestion.sandbox.world.names import mailbox, person_name

TEAMS = (
    "North America",
    "Europe",
    "Asia Pacific",
    "Customer Success",
    "Support",
    "Marketing",
)
CLOSED = ("closedwon", "closedlost")
OPENING = (3, 3, 2, 2, 2, 1)
"""People in each team on the first day."""
DOMAIN = "northwind-trading.example"


def open_office(world: World) -> None:
    """The first team, and a hire in one of the teams about every four months."""
    start = datetime(2022, 10, 3, 8, tzinfo=UTC)
    for team, number in zip(TEAMS, OPENING, strict=True):
        for _ in range(number):
            hire(world, team, start)
    world.schedule(datetime(2023, 4, 3, 8, tzinfo=UTC), grow, 0)


def grow(world: World, turn: int) -> None:
    """Add one person to the team whose turn it is."""
    hire(world, TEAMS[(1, 0, 3, 4, 2)[turn % 5]], world.now)
    world.schedule(later(world.rng("grow", turn), world.now, 100, 150), grow, turn + 1)


def hire(world: World, team: str, at: datetime) -> Owner:
    """Somebody new; most leave after one to four years."""
    owner_id = world.new_id("owner", 101)
    rng = world.rng("owner", owner_id)
    first, last = person_name(rng, rng.choice(("US", "GB", "DE", "BG")))
    email = f"{mailbox(first, last, 0)}.{owner_id}@{DOMAIN}"
    owner = Owner(owner_id, first, last, email, team, at)
    world.owners[owner_id] = owner
    world.facts.owners.append(owner)
    if rng.random() < 0.75:
        world.schedule(later(rng, max(at, world.now), 330, 1500), leave, owner_id)
    return owner


def leave(world: World, owner_id: int) -> None:
    """The owner leaves; a successor joins the same day and takes over open deals, companies and contacts."""
    owner = world.owners[owner_id]
    successor = hire(world, owner.team, world.now)
    owner.left_at = world.now
    for run in world.deal_runs.values():
        deal = run.deal
        if deal.owner.current == owner_id and deal.stage.current not in CLOSED and deal.archived_at is None:
            deal.owner.set(world.now, successor.owner_id)
            deal.updated_at = world.now
    records: tuple[Company | Person, ...] = (*world.companies.values(), *world.people.values())
    for record in records:
        if record.owner.current == owner_id and record.archived_at is None:
            record.owner.set(world.now, successor.owner_id)
            record.updated_at = world.now


def member_of(world: World, team: str, *key: object) -> int:
    """Owner id of somebody now in `team`, chosen by the stream named `key`."""
    present = [o.owner_id for o in world.owners.values() if o.team == team and o.left_at is None]
    return world.rng("pick", team, *key).choice(present)
