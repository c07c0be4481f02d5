"""A made-up company that sells warehouse software and equipment, simulated day by day.

`simulate` is deterministic. A later as-of date only extends the history that an earlier one shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from ingestion.sandbox.facts import Facts
from ingestion.sandbox.world import (
    buyers,
    catalog,
    costs,
    events,
    forecasts,
    marketing,
    partners,
    records,
    staff,
    units,
    web,
)
from ingestion.sandbox.world.engine import STARTS_ON, World, midnight
from ingestion.sandbox.world.units import BEFORE_ACQUISITIONS, MIX

__all__ = ["BEFORE_ACQUISITIONS", "MIX", "STARTS_ON", "simulate"]


def simulate(as_of: date, seed: int = 7, scale: float = 1.0, mix: Mapping[str, int] | None = None) -> Facts:
    """Everything that happened from `STARTS_ON` to the end of `as_of` (23:59:59 UTC).

    `scale` multiplies the number of companies and all that follows from them. `mix` replaces shares of `MIX`: it
    decides which vendor serves what, and leaves almost everything else as it was. Raises ValueError for a date before
    the start, a scale that is not positive or a mix that does not add up.
    """
    if as_of < STARTS_ON:
        raise ValueError(f"the simulation starts on {STARTS_ON}")
    if scale <= 0:
        raise ValueError("scale must be positive")
    world = World(seed, scale, units.checked(mix))
    catalog.open_catalog(world)
    catalog.fix_rates_before_start(world)
    staff.open_office(world)
    partners.open_programme(world)
    marketing.open_campaigns(world)
    events.open_calendar(world)
    day = STARTS_ON
    while day <= as_of:
        world.run_until(midnight(day))
        world.now = midnight(day)
        catalog.fix_rates(world, day)
        for module in (buyers, records, web, partners, marketing, forecasts, costs):
            module.tick(world, day)
        day += timedelta(days=1)
    world.run_until(midnight(day))
    facts = world.facts
    facts.as_of = datetime.combine(as_of, time(23, 59, 59), tzinfo=midnight(as_of).tzinfo)
    for ad_day in facts.ad_days:
        # Conversions of later days are not known yet.
        del ad_day.conversions_by_lag[max(0, (as_of - ad_day.day).days) + 1 :]
    return facts
