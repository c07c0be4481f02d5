"""The company's own people: hired as it grows, replaced when they leave, their work handed over the same day."""

from __future__ import annotations

from datetime import UTC, datetime

from ingestion.sandbox.facts import Company, CrmLead, Owner, Person
from ingestion.sandbox.world import leads, units
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
OPENING = {
    "northwind": (3, 3, 2, 2, 2, 1),
    "meridian": (2, 2, 1, 1, 0, 1),
    "polaris": (2, 1, 1, 1, 1, 1),
}
"""People in each team on the first day. Support for meridian's customers is northwind's."""
DOMAIN = "northwind-trading.example"
DOMAINS = {"northwind": DOMAIN, "meridian": "meridian-systems.example", "polaris": "polaris-supply.example"}
FIRST_OWNER = {"northwind": ("owner", 101), "meridian": ("owner m", 1101), "polaris": ("owner p", 2101)}
"""Counter of each unit's user ids and where it begins."""


def open_office(world: World) -> None:
    """The first people of every unit, and a hire in one of the teams about every four months."""
    start = datetime(2022, 10, 3, 8, tzinfo=UTC)
    for unit in units.running(world):
        for team, number in zip(TEAMS, OPENING[unit], strict=True):
            for _ in range(number):
                hire(world, team, start, unit)
        world.schedule(datetime(2023, 4, 3, 8, tzinfo=UTC), grow, 0, unit)


def grow(world: World, turn: int, unit: str) -> None:
    """Add one person to the team whose turn it is; the smaller units grow half as fast."""
    team = TEAMS[(1, 0, 3, 4, 2)[turn % 5]]
    if unit == "northwind" or (turn % 2 == 0 and OPENING[unit][TEAMS.index(team)]):
        hire(world, team, world.now, unit)
    world.schedule(later(world.rng("grow", turn), world.now, 100, 150), grow, turn + 1, unit)


def hire(world: World, team: str, at: datetime, unit: str) -> Owner:
    """Somebody new; most leave after one to four years."""
    owner_id = world.new_id(*FIRST_OWNER[unit])
    rng = world.rng("owner", owner_id)
    first, last = person_name(rng, rng.choice(("US", "GB", "DE", "BG")))
    email = f"{mailbox(first, last, 0)}.{owner_id}@{DOMAINS[unit]}"
    owner = Owner(owner_id, first, last, email, team, at, business_unit=unit)
    world.owners[owner_id] = owner
    world.facts.owners.append(owner)
    if rng.random() < 0.75:
        world.schedule(later(rng, max(at, world.now), 330, 1500), leave, owner_id)
    return owner


def leave(world: World, owner_id: int) -> None:
    """The owner leaves; a successor joins the same day and takes over open deals, leads, companies and contacts."""
    owner = world.owners[owner_id]
    successor = hire(world, owner.team, world.now, owner.business_unit)
    owner.left_at = world.now
    for run in world.deal_runs.values():
        deal = run.deal
        if deal.owner.current == owner_id and deal.stage.current not in CLOSED and deal.archived_at is None:
            deal.owner.set(world.now, successor.owner_id)
            deal.updated_at = world.now
    waiting = [lead for lead in world.leads.values() if leads.is_open(lead)]
    records: tuple[Company | Person | CrmLead, ...] = (*world.companies.values(), *world.people.values(), *waiting)
    for record in records:
        if record.owner.current == owner_id and record.archived_at is None:
            record.owner.set(world.now, successor.owner_id)
            record.updated_at = world.now


def member_of(world: World, team: str, *key: object, unit: str) -> int:
    """Owner id of somebody now in the `team` of a business unit, chosen by the stream named `key`."""
    present = [o.owner_id for o in members(world, team, unit)]
    return world.rng("pick", team, *key).choice(present)


def members(world: World, team: str, unit: str) -> list[Owner]:
    """Who is in a team of a business unit now."""
    return [
        owner
        for owner in world.owners.values()
        if owner.team == team and owner.left_at is None and owner.business_unit == unit
    ]
