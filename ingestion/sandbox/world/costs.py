"""The ledger: on the third of each month, what every team cost in the month before."""

from __future__ import annotations

from datetime import date, timedelta

from ingestion.sandbox.facts import OperatingCost, Owner
from ingestion.sandbox.world import units
from ingestion.sandbox.world.engine import World, growth, midnight

SALARIES = {
    "North America": 9_400_00,
    "Europe": 8_100_00,
    "Asia Pacific": 7_600_00,
    "Customer Success": 6_700_00,
    "Support": 5_100_00,
    "Marketing": 7_200_00,
}
"""A head's full month at scale 1 in the first year, in US cents; 3 per cent more each year.

Teams are as large in a small company as in a large one, so that each has somebody to work in it. What shrinks is the
share of a head's time that the company takes, and pays: a tenth at scale 0.1.
"""
TOOLS = 310_00
"""A head's licences for a full month, shared and paid like the salary."""
AGENCIES = {"northwind": 8_500_00, "meridian": 4_600_00, "polaris": 3_200_00}
"""A usual month of the unit's marketing agencies at scale 1."""


def tick(world: World, day: date) -> None:
    """Close the books of last month."""
    if day.day == 3:
        first = (day.replace(day=1) - timedelta(days=1)).replace(day=1)
        if first >= world.facts.starts_on:
            world.schedule(midnight(day) + timedelta(hours=9), close, first)


def close(world: World, month: date) -> None:
    """Book every team's month."""
    end = (month + timedelta(days=31)).replace(day=1)
    for unit in units.running(world):
        for team, salary in SALARIES.items():
            people = [o for o in world.owners.values() if o.business_unit == unit and o.team == team]
            heads = sum(_days_employed(owner, month, end) for owner in people) / (end - month).days * world.scale
            if heads:
                book(world, month, unit, team, "salaries", round(salary * 1.03 ** (month.year - 2023) * heads))
                book(world, month, unit, team, "tools", round(TOOLS * heads))
        rng = world.rng("agencies", unit, month)
        fee = round(AGENCIES[unit] * world.scale * growth(month) * rng.uniform(0.8, 1.25))
        book(world, month, unit, "Marketing", "agencies", fee)


def _days_employed(owner: Owner, month: date, end: date) -> int:
    """Days of the month; a successor starts on the day on which the predecessor leaves, who is paid until the eve."""
    since = max(month, owner.hired_at.date())
    until = min(end, owner.left_at.date()) if owner.left_at else end
    return max(0, (until - since).days)


def book(world: World, month: date, unit: str, team: str, cost_type: str, amount: int) -> None:
    """One line of the ledger."""
    cost_id = world.new_id("cost", 6001)
    world.facts.operating_costs.append(OperatingCost(cost_id, month, unit, team, cost_type, amount, "USD", world.now))
