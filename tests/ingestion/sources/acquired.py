"""The simulated company with its acquired units: what Intercom and LinkedIn Ads have of it."""

from __future__ import annotations

from datetime import date
from functools import cache

from ingestion.sandbox.facts import Facts
from ingestion.sandbox.world import simulate

AS_OF, EARLIER = date(2024, 12, 31), date(2024, 9, 30)
MIX = {"hubspot": 0, "dynamics": 100, "intercom": 100, "google_ads": 0, "linkedin_ads": 50}


@cache
def acquired(as_of: date = AS_OF) -> Facts:
    """The company as of a day, made once and only read."""
    return simulate(as_of, scale=0.1, mix=MIX)
