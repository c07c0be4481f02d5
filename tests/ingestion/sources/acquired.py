"""The simulated company with its acquired units, so that Intercom, LinkedIn Ads, Shopify and GA4 have part in it."""

from __future__ import annotations

from datetime import date
from functools import cache

from ingestion.sandbox.facts import Facts
from ingestion.sandbox.world import simulate

AS_OF, EARLIER = date(2024, 12, 31), date(2024, 9, 30)
MIX = {
    "hubspot": 0,
    "salesforce": 40,
    "dynamics": 60,
    "postgres_orders": 0,
    "shopify": 100,
    "google_ads": 0,
    "linkedin_ads": 50,
    "ga4": 100,
    "intercom": 100,
}


@cache
def acquired(as_of: date = AS_OF) -> Facts:
    """The company as of a day, made once and only read."""
    return simulate(as_of, scale=0.15, mix=MIX)
