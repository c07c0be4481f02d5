"""Who of the company does what: its business units, and the share of each vendor in what the company does."""

from __future__ import annotations

from collections.abc import Mapping

from ingestion.sandbox.facts import LEAD_UNITS, UNIT_CRM
from ingestion.sandbox.world.engine import World

MIX: dict[str, int] = {
    # of the firms that may buy
    "hubspot": 50,
    "salesforce": 30,
    "dynamics": 20,
    # of the buyers of goods
    "postgres_orders": 50,
    "shopify": 50,
    # of a dozen advertising campaigns each
    "google_ads": 100,
    "linkedin_ads": 50,
    # of the visitors of the meridian unit; Matomo measures the rest
    "ga4": 100,
    # of the customers of the polaris unit; Zendesk has the rest
    "intercom": 100,
}
"""Per cent."""
WHOLES = (tuple(UNIT_CRM.values()), ("postgres_orders", "shopify"))
"""Vendors that share out one hundred per cent."""


BEFORE_ACQUISITIONS: dict[str, int] = {
    "hubspot": 100,
    "salesforce": 0,
    "dynamics": 0,
    "postgres_orders": 100,
    "shopify": 0,
    "google_ads": 100,
    "linkedin_ads": 0,
    "ga4": 0,
    "intercom": 0,
}
"""The company as it was: one unit, and one vendor in each domain."""


def checked(mix: Mapping[str, int] | None) -> dict[str, int]:
    """`MIX` with the shares of `mix` in place of its own. Raises ValueError for a mix that makes no sense.

    Of the CRMs, and of the shops, those that `mix` leaves out get nothing once it names one of them.
    """
    given = dict(mix or {})
    for whole in WHOLES:
        if any(vendor in given for vendor in whole):
            given = {**dict.fromkeys(whole, 0), **given}
    shares = {**MIX, **given}
    unknown = sorted(set(shares) - set(MIX))
    if unknown:
        raise ValueError(f"no share can be given to {', '.join(unknown)}; vendors in the mix are {', '.join(MIX)}")
    for whole in WHOLES:
        if sum(shares[vendor] for vendor in whole) != 100:
            raise ValueError(f"the shares of {', '.join(whole)} must add up to 100 per cent")
    if not all(0 <= share <= 100 for share in shares.values()):
        raise ValueError("every share lies between 0 and 100 per cent")
    return shares


def parsed(text: str) -> dict[str, int]:
    """Shares written as `salesforce=30,hubspot=70`. Raises ValueError for anything else."""
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    wrong = [name for name, _, share in pairs if not share.strip().isdecimal()]
    if wrong:
        raise ValueError(f"{', '.join(wrong)}: write a mix as salesforce=30,hubspot=70")
    return {name.strip(): int(share) for name, _, share in pairs}


def running(world: World) -> list[str]:
    """The business units there are: northwind, which runs support for all, and those that have anything to sell."""
    return [unit for unit, crm in UNIT_CRM.items() if world.mix[crm] or unit == "northwind"]


def selling(world: World) -> list[str]:
    """The business units that the mix gives anything to sell."""
    return [unit for unit, crm in UNIT_CRM.items() if world.mix[crm]]


def of_firm(world: World, *key: object) -> str:
    """The business unit that a firm, or a stranger on the web, turns to."""
    weights = [world.mix[crm] for crm in UNIT_CRM.values()]
    return world.rng("unit", *key).choices(list(UNIT_CRM), weights)[0]


def site_of(world: World, unit: str, visitor_id: str) -> str:
    """Who measures the website on which a device visits the unit."""
    is_ga4 = unit == "meridian" and world.rng("site", visitor_id).random() * 100 < world.mix["ga4"]
    return "ga4" if is_ga4 else "matomo"


def desk_of(world: World, unit: str, company_id: int) -> str:
    """Where a customer of the unit writes for help."""
    is_intercom = unit == "polaris" and world.rng("desk", company_id).random() * 100 < world.mix["intercom"]
    return "intercom" if is_intercom else "zendesk"


def shop_of(world: World, company_id: int) -> str:
    """Where a company orders its goods."""
    return "shopify" if world.rng("shop", company_id).random() * 100 < world.mix["shopify"] else "order_database"


def has_leads(unit: str) -> bool:
    """Whether buyers are leads before they are accounts in the CRM of this unit."""
    return unit in LEAD_UNITS
