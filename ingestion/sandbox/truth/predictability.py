"""How well each quarter's revenue could be foreseen, in the parts of metrics.md §8."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from ingestion.sandbox.facts import Facts
from ingestion.sandbox.truth.forecast import ForecastRow, weighted_forecasts
from ingestion.sandbox.truth.growth import OWED, revenue_events
from ingestion.sandbox.truth.money import INSTANT, Rates, cents, major_units, month_start, next_month, snapshot_instant
from ingestion.sandbox.truth.pipeline import ZERO
from ingestion.sandbox.truth.recognition import recognised_by_line
from ingestion.sandbox.truth.retention import retention
from ingestion.sandbox.truth.revenue import RECURRING_FAMILIES, item_mrr_at

WINDOW = 8
"""Quarters that variation and forecasts look back on."""
LEAD_DAYS = 30
"""Days before a quarter's end on which its forecast has to be good."""


@dataclass
class PredictabilityRow:
    """A quarter that is over; money in reporting currency."""

    quarter: date
    revenue: Decimal = ZERO
    """As earned."""
    recurring: Decimal = ZERO
    mean: Fraction | None = None
    """Of the window's revenue; None before there are eight quarters."""
    variance: Fraction | None = None
    """Around the line of best fit through it, with six degrees of freedom."""
    contracted: Decimal = ZERO
    """Of the quarter after: what is under contract and billed already."""
    renewal_due: Decimal = ZERO
    """What is under contract now and to be billed in it."""
    retention: Fraction | None = None
    """Gross, of the year to the quarter's end."""
    plan: Decimal | None = None
    """What sellers are to win in the quarter after."""
    forecasts: int = 0
    within_five_percent: int = 0
    within_ten_percent: int = 0
    revised: Decimal = ZERO
    booked: Decimal = ZERO


def predictability(facts: Facts) -> list[PredictabilityRow]:
    """Every quarter with revenue that is over."""
    rows = [row for row in _earned(facts) if snapshot_instant(facts, _last_month(row.quarter))[1]]
    forecasts = weighted_forecasts(facts)
    kept = {row.month: row for row in retention(facts) if row.window_months == 12}
    for position, row in enumerate(rows):
        window = rows[max(0, position - WINDOW + 1) : position + 1]
        if len(window) == WINDOW:
            row.mean, row.variance = _around_the_line([Fraction(other.revenue) for other in window])
        _commit(facts, row)
        last_year = kept[_last_month(row.quarter)]
        row.retention = Fraction(last_year.retained) / Fraction(last_year.opening) if last_year.opening else None
        _judge(row, {other.quarter for other in window}, forecasts)
    return rows


def _last_month(quarter: date) -> date:
    return next_month(next_month(quarter))


def _after(quarter: date) -> date:
    return next_month(_last_month(quarter))


def _earned(facts: Facts) -> list[PredictabilityRow]:
    """Lines of bills by day of service, all else on its day."""
    rates = Rates(facts)
    rows: dict[date, PredictabilityRow] = {}
    recurring = {product.product_id for product in facts.products if product.family in RECURRING_FAMILIES}
    lines = {line.line_id for invoice in facts.invoices for line in invoice.lines if line.product_id in recurring}
    earned = [(line.month, line.amount_reporting, line.line_id in lines) for line in recognised_by_line(facts)]
    for event in revenue_events(facts):
        if event.kind != "invoice":
            earned.append((event.at.date(), cents(event.amount * rates(event.currency, event.at.year)), False))
    for day, amount, is_recurring in earned:
        quarter = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        row = rows.setdefault(quarter, PredictabilityRow(quarter))
        row.revenue += amount
        row.recurring += amount if is_recurring else ZERO
    return [rows[quarter] for quarter in sorted(rows)]


def _around_the_line(values: list[Fraction]) -> tuple[Fraction, Fraction]:
    """Mean, and variance of what a straight line through the values leaves."""
    count = len(values)
    mean, middle = sum(values, Fraction(0)) / count, Fraction(count - 1, 2)
    steps = [n - middle for n in range(count)]
    rise = sum((step * value for step, value in zip(steps, values, strict=True)), Fraction(0))
    slope = rise / sum((step * step for step in steps), Fraction(0))
    rest = [value - mean - slope * step for step, value in zip(steps, values, strict=True)]
    return mean, sum((value * value for value in rest), Fraction(0)) / (count - 2)


def _commit(facts: Facts, row: PredictabilityRow) -> None:
    """Contracts running as the quarter ends, for the quarter after: billed until some day of it, or to be renewed."""
    rates, begins = Rates(facts), _after(row.quarter)
    days = (_after(begins) - begins).days
    until: dict[str, date] = defaultdict(lambda: begins)
    for invoice in facts.invoices:
        if invoice.status.current in OWED and invoice.created_at < month_start(begins):
            for line in invoice.lines:
                if line.subscription_item_id and line.period_start < month_start(begins) < line.period_end:
                    until[line.subscription_item_id] = max(until[line.subscription_item_id], line.period_end.date())
    for item_id, currency, mrr in item_mrr_at(facts, month_start(begins) - INSTANT):
        worth = cents(mrr * rates(currency, row.quarter.year)) * 3
        contracted = cents(Fraction(worth) * min((until[item_id] - begins).days, days) / days)
        row.contracted += contracted
        row.renewal_due += worth - contracted
    quotas = [
        cents(major_units(quota.amount, quota.currency) * rates(quota.currency, begins.year))
        for quota in facts.quotas
        if quota.period_start == begins
    ]
    row.plan = sum(quotas, ZERO) if quotas else None


def _judge(row: PredictabilityRow, window: set[date], forecasts: list[ForecastRow]) -> None:
    """Forecasts of the window's quarters: how near, and how often changed."""
    by_quarter: dict[date, list[ForecastRow]] = defaultdict(list)
    for forecast in sorted(forecasts, key=lambda forecast: -forecast.horizon):
        if forecast.quarter in window and forecast.actual is not None:
            by_quarter[forecast.quarter].append(forecast)
    for looked in by_quarter.values():
        row.revised += sum((abs(later.forecast - sooner.forecast) for sooner, later in pairwise(looked)), ZERO)
        row.booked += looked[-1].actual or ZERO
        for forecast in looked:
            if forecast.horizon == LEAD_DAYS and forecast.actual is not None:
                missed = abs(forecast.forecast - forecast.actual)
                row.forecasts += 1
                row.within_five_percent += missed * 20 <= forecast.actual
                row.within_ten_percent += missed * 10 <= forecast.actual
