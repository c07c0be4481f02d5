"""What the ad platforms billed, who became a lead when, and what a quarter's growth cost the quarter before."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from ingestion.sandbox.facts import Facts
from ingestion.sandbox.truth.acquisition import acquisition_costs
from ingestion.sandbox.truth.journeys import Identities, person_events
from ingestion.sandbox.truth.money import Rates, cents, months
from ingestion.sandbox.truth.revenue import mrr_movements

CHANNELS = {"DISPLAY": "display", "VIDEO": "paid_video", "SEARCH": "paid_search", "PERFORMANCE_MAX": "paid_search"}
"""Of Google's kinds of campaigns; whatever LinkedIn shows is `paid_social`."""
DAY = timedelta(days=1)
ZERO = Decimal("0.00")


@dataclass
class SpendMonth:
    """One channel's month on all platforms."""

    month: date
    channel: str
    cost: Decimal = ZERO
    """In reporting currency, each campaign's day at the rate of its year."""
    impressions: int = 0
    clicks: int = 0
    conversions: int = 0
    """As the platforms tell them now."""


@dataclass(frozen=True)
class Lead:
    """A person whom a CRM knows, and the first time it said so, or called them qualified."""

    person: str
    known_at: datetime
    marketing_qualified_at: datetime | None
    sales_qualified_at: datetime | None


@dataclass
class EfficiencyQuarter:
    """A calendar quarter's growth and cost."""

    first_month: date
    net_new_arr: Decimal
    cost: Decimal | None
    """Of selling and marketing, that to present customers included; unknown unless the ledger has all three months."""
    previous_cost: Decimal | None

    @property
    def magic_number(self) -> Fraction | None:
        """Net new ARR for each unit of the cost of the quarter before; None where that is unknown or nothing."""
        return Fraction(self.net_new_arr) / Fraction(self.previous_cost) if self.previous_cost else None


def ad_spend(facts: Facts) -> list[SpendMonth]:
    """Every month and channel in which a campaign ran."""
    rates = Rates(facts)
    rows: dict[tuple[date, str], SpendMonth] = {}
    campaigns = {campaign.campaign_id: campaign for campaign in facts.ad_campaigns}
    for day in facts.ad_days:
        campaign = campaigns[day.campaign_id]
        channel = "paid_social" if campaign.platform == "linkedin_ads" else CHANNELS[campaign.channel_type]
        key = day.day.replace(day=1), channel
        row = rows.setdefault(key, SpendMonth(*key))
        row.cost += cents(Decimal(day.cost_micros).scaleb(-6) * rates(campaign.currency, day.day.year))
        row.impressions += day.impressions
        row.clicks += day.clicks
        row.conversions += day.conversions_known(facts.as_of.date())
    return list(rows.values())


def leads(facts: Facts, who: Identities) -> list[Lead]:
    """Everyone whom a CRM has as a lead or contact, once, however many records there are of them."""
    found = []
    for person, events in person_events(facts, who).items():
        first: dict[str, datetime] = {}
        for at, stage in sorted(events):
            if at <= facts.as_of:
                first.setdefault(stage, at)
        if "lead" in first:
            found.append(Lead(person, first["lead"], first.get("marketing_qualified"), first.get("sales_qualified")))
    return found


def efficiency(facts: Facts) -> list[EfficiencyQuarter]:
    """Every quarter with recurring revenue in each of its months, as far as they have begun."""
    growth: dict[date, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for movement in mrr_movements(facts):
        growth[_quarter(movement.month)][movement.month] += 12 * (movement.closing - movement.opening)
    costs: dict[date, list[Decimal]] = defaultdict(list)
    for month, cost in acquisition_costs(facts).items():
        if cost.total is not None:
            costs[_quarter(month)].append(cost.total + cost.expansion)
    begun = Counter(map(_quarter, months(facts)))

    def spent(quarter: date) -> Decimal | None:
        return sum(costs[quarter], ZERO) if len(costs[quarter]) == 3 else None

    return [
        EfficiencyQuarter(quarter, sum(growing.values(), ZERO), spent(quarter), spent(_quarter(quarter - DAY)))
        for quarter, growing in growth.items()
        if len(growing) == begun[quarter]
    ]


def _quarter(month: date) -> date:
    return date(month.year, month.month - (month.month - 1) % 3, 1)
