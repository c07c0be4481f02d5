"""How far each way of forecasting the company's quarters was from what was booked: metrics.md §7."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from ingestion.sandbox.facts import Facts
from ingestion.sandbox.truth.forecast import HORIZONS, Look, looks, weighted_forecasts
from ingestion.sandbox.truth.money import Rates, cents, major_units
from ingestion.sandbox.truth.pipeline import ZERO

FORECASTING_UNIT = "meridian"
"""The business unit whose CRM keeps forecasts: Dynamics has no record of them."""
BASELINE = ("naive_last_year", "naive")


@dataclass(frozen=True)
class Accuracy:
    """One way of forecasting at one horizon, over the quarters that are over."""

    method: str
    category: str
    horizon: int
    period_count: int
    wape: Fraction | None
    mape: Fraction | None
    bias: Fraction | None
    accuracy: Fraction | None
    skill: Fraction | None
    mase: Fraction | None


def forecast_accuracy(facts: Facts) -> list[Accuracy]:
    """By method, category and horizon."""
    weighted, every_look, rates = weighted_forecasts(facts), list(looks(facts)), Rates(facts)
    booked = {row.quarter: row.actual for row in weighted if row.actual is not None}
    said: dict[tuple[str, str, int], dict[date, Decimal]] = defaultdict(dict)
    for row in weighted:
        said["weighted", "weighted", row.horizon][row.quarter] = row.forecast
    for look in every_look:
        for category, amount in _submitted(facts, look, rates).items():
            said["submitted", category, look.horizon][look.quarter] = amount
        for method, amount in _naive(look, every_look, booked):
            said[method, "naive", look.horizon][look.quarter] = amount
    return [
        _measured(method, category, horizon, known, said[(*BASELINE, horizon)], booked)
        for (method, category, horizon), known in said.items()
        if horizon in HORIZONS and booked.keys() & known.keys()
    ]


def _submitted(facts: Facts, look: Look, rates: Rates) -> dict[str, Decimal]:
    """The latest word of each seller on the quarter, added up, by category."""
    latest: dict[tuple[str, int], tuple[datetime, Decimal]] = {}
    for word in facts.forecast_submissions:
        if (
            word.business_unit == FORECASTING_UNIT
            and word.period_start == look.quarter
            and word.submitted_at < look.end
        ):
            amount = cents(major_units(word.amount, word.currency) * rates(word.currency, look.quarter.year))
            key = (word.category, word.owner_id)
            latest[key] = max(latest.get(key, (word.submitted_at, amount)), (word.submitted_at, amount))
    total: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for (category, _), (_, amount) in latest.items():
        total[category] += amount
    return total


def _naive(look: Look, every_look: list[Look], booked: dict[date, Decimal]) -> Iterator[tuple[str, Decimal]]:
    """What the latest quarter over by then had booked, and what the same quarter of the year before had."""
    over = [other.quarter for other in every_look if other.last < look.quarter and other.last < look.end.date()]
    if over:
        yield "naive_last_period", booked[max(over)]
    if (year_before := look.quarter.replace(year=look.quarter.year - 1)) in booked:
        yield "naive_last_year", booked[year_before]


def _measured(
    method: str,
    category: str,
    horizon: int,
    said: dict[date, Decimal],
    baseline: dict[date, Decimal],
    booked: dict[date, Decimal],
) -> Accuracy:
    quarters = sorted(said.keys() & booked.keys())
    missed = {quarter: abs(said[quarter] - booked[quarter]) for quarter in quarters}
    error, actual = sum(missed.values()), sum(booked[quarter] for quarter in quarters)
    shares = [Fraction(missed[quarter]) / Fraction(booked[quarter]) for quarter in quarters if booked[quarter]]
    compared = [quarter for quarter in quarters if quarter in baseline]
    naive = sum(abs(baseline[quarter] - booked[quarter]) for quarter in compared)
    steps = [abs(booked[after] - booked[before]) for before, after in pairwise(quarters)]
    wape = _quotient(error, actual)
    return Accuracy(
        method=method,
        category=category,
        horizon=horizon,
        period_count=len(quarters),
        wape=wape,
        mape=sum(shares, Fraction(0)) / len(shares) if shares else None,
        bias=_quotient(sum(said[quarter] - booked[quarter] for quarter in quarters), actual),
        accuracy=None if wape is None else max(Fraction(0), 1 - wape),
        skill=1 - Fraction(sum(missed[quarter] for quarter in compared)) / Fraction(naive) if naive else None,
        mase=Fraction(error) / len(quarters) / (Fraction(sum(steps)) / len(steps)) if sum(steps) else None,
    )


def _quotient(amount: Decimal | int, of: Decimal | int) -> Fraction | None:
    return Fraction(amount) / Fraction(of) if of else None
