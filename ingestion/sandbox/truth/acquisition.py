"""What winning customers cost, month by month, from the ledger, the platforms' bills and the partners' rewards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ingestion.sandbox.facts import Facts
from ingestion.sandbox.truth.money import Rates, cents, major_units

SELLERS = ("North America", "Europe", "Asia Pacific")
ZERO = Decimal("0.00")


@dataclass
class AcquisitionCost:
    """One month's cost in reporting currency; the ledger tells a month's only once it is over."""

    month: date
    sales: Decimal = ZERO
    marketing: Decimal = ZERO
    ad_spend: Decimal = ZERO
    commissions: Decimal = ZERO
    expansion: Decimal = ZERO
    """Customer success: it sells more to who is there already."""
    is_booked: bool = False
    """Whether the ledger has the month."""

    @property
    def total(self) -> Decimal | None:
        """Fully loaded, without expansion; unknown until the month is booked."""
        return self.sales + self.marketing + self.ad_spend + self.commissions if self.is_booked else None


def acquisition_costs(facts: Facts) -> dict[date, AcquisitionCost]:
    """Every month in which anything was spent. Support is no cost of selling."""
    rates = Rates(facts)
    rows: dict[date, AcquisitionCost] = {}

    def row(day: date) -> AcquisitionCost:
        first = day.replace(day=1)
        return rows.setdefault(first, AcquisitionCost(first))

    for cost in facts.operating_costs:
        amount = cents(major_units(cost.amount, cost.currency) * rates(cost.currency, cost.month.year))
        if cost.team in SELLERS:
            row(cost.month).sales += amount
            row(cost.month).is_booked = True
        elif cost.team == "Marketing":
            row(cost.month).marketing += amount
            row(cost.month).is_booked = True
        elif cost.team == "Customer Success":
            row(cost.month).expansion += amount
    currencies = {campaign.campaign_id: campaign.currency for campaign in facts.ad_campaigns}
    for day in facts.ad_days:
        spent = Decimal(day.cost_micros).scaleb(-6)
        row(day.day).ad_spend += cents(spent * rates(currencies[day.campaign_id], day.day.year))
    for reward in facts.rewards:
        if reward.status.current != "declined":
            amount = major_units(reward.amount, reward.currency)
            row(reward.earned_at.date()).commissions += cents(amount * rates(reward.currency, reward.earned_at.year))
    return rows
