"""What each billing customer has brought by a number of days after it became one: metrics.md §4."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from ingestion.sandbox.facts import Facts
from ingestion.sandbox.truth.growth import OWED, taken_back
from ingestion.sandbox.truth.money import Rates, cents
from ingestion.sandbox.truth.recognition import DAY, line_amounts

HORIZONS = (30, 60, 90, 180, 365)


@dataclass(frozen=True)
class LifetimeRow:
    """Revenue of a customer within a horizon, in reporting currency; `horizon` None is to date."""

    customer_id: str
    acquired_on: date
    horizon: int | None
    revenue: Decimal


@dataclass(frozen=True)
class _Item:
    starts_on: date
    days: int
    amount: Decimal

    def earned_before(self, day: date) -> Decimal:
        served = min(max((day - self.starts_on).days, 0), self.days)
        return cents(Fraction(self.amount) * served / self.days)


def lifetime_revenue(facts: Facts) -> list[LifetimeRow]:
    """Every billing customer at every horizon, reached or not: a bill already made may be earned later."""
    items, rows = _items(facts), []
    paid: dict[str, date] = {}
    for customer, item in ((customer, item) for customer, owned in items.items() for item in owned):
        if item.amount > 0:
            paid[customer] = min(item.starts_on, paid.get(customer, item.starts_on))
    for customer, acquired in paid.items():
        for horizon in (*HORIZONS, None):
            end = facts.as_of.date() + DAY if horizon is None else acquired + timedelta(days=horizon)
            revenue = sum((item.earned_before(end) for item in items[customer]), Decimal(0))
            rows.append(LifetimeRow(customer, acquired, horizon, revenue))
    return rows


def _items(facts: Facts) -> dict[str, list[_Item]]:
    """Lines over their periods, credit notes and refunds on their day, by customer."""
    rates, result = Rates(facts), defaultdict(list)
    for invoice in facts.invoices:
        if invoice.status.current in OWED:
            amounts = line_amounts(invoice, rates(invoice.currency, invoice.created_at.year))
            for line, (_, amount) in zip(sorted(invoice.lines, key=lambda line: line.line_id), amounts, strict=True):
                days = max((line.period_end.date() - line.period_start.date()).days, 1)
                result[invoice.customer_id].append(_Item(line.period_start.date(), days, amount))
    for event in taken_back(facts):
        if event.customer_id is not None:
            amount = cents(event.amount * rates(event.currency, event.at.year))
            result[event.customer_id].append(_Item(event.at.date(), 1, amount))
    return result
