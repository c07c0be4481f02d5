"""What the weighted pipeline said of each calendar quarter, on days before its end, and what was booked in the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from ingestion.sandbox.facts import Facts
from ingestion.sandbox.truth.money import INSTANT, Rates, cents, month_start, next_month
from ingestion.sandbox.truth.pipeline import PROBABILITY, ZERO, DealState, deal_states, recorded_deals

HORIZONS = (90, 60, 30, 0)


@dataclass(frozen=True)
class ForecastRow:
    """A quarter, looked at `horizon` days before its last day."""

    quarter: date
    """First day."""
    horizon: int
    forecast: Decimal
    """Won in the quarter by then, plus open deals due in it times their stage's probability."""
    actual: Decimal | None
    """Won in the quarter as finally booked; None while it runs."""


@dataclass(frozen=True)
class Look:
    """A day on which the forecast of a calendar quarter is looked at."""

    quarter: date
    """First day."""
    last: date
    """Last day."""
    horizon: int
    """Days from the look to the last day."""
    end: datetime
    """What happened before it is known."""
    is_over: bool
    """Whether the quarter is over by now."""


def looks(facts: Facts) -> Iterator[Look]:
    """Every quarter at every horizon reached since the first deal was created; the running quarter also now."""
    begun = min(at for deal in recorded_deals(facts) for at, _ in deal.stage).date()
    today = facts.as_of.date()
    quarter = date(begun.year, 3 * ((begun.month - 1) // 3) + 1, 1)
    while (quarter - timedelta(days=max(HORIZONS))) <= today:
        after = next_month(next_month(next_month(quarter)))
        last = after - timedelta(days=1)
        is_over = last < today or facts.as_of >= month_start(after) - timedelta(seconds=1)
        for horizon in {*HORIZONS, (last - today).days} if quarter <= today <= last else {*HORIZONS}:
            looked = last - timedelta(days=horizon)
            if begun <= looked <= today:
                end = min(month_start(looked) + timedelta(days=1), facts.as_of + INSTANT)
                yield Look(quarter, last, horizon, end, is_over)
        quarter = after


def weighted_forecasts(facts: Facts) -> list[ForecastRow]:
    """Every look at every quarter."""
    rates = Rates(facts)
    deals = [list(deal_states(deal, rates)) for deal in recorded_deals(facts)]
    rows = []
    for look in looks(facts):
        forecast = sum((_stood(states, look.quarter, look.last, look.end) for states in deals), ZERO)
        booked = [won.amount_reporting for states in deals if (won := won_in(states, look.quarter, look.last, None))]
        rows.append(ForecastRow(look.quarter, look.horizon, forecast, sum(booked, ZERO) if look.is_over else None))
    return rows


def _stood(states: list[DealState], first: date, last: date, end: datetime) -> Decimal:
    """What a deal added to the forecast of `first` to `last` just before `end`."""
    if won := won_in(states, first, last, end):
        return won.amount_reporting
    standing = [state for state in states if state.at < end]
    if not standing or standing[-1].status != "open" or not first <= standing[-1].close_date <= last:
        return ZERO
    return cents(standing[-1].amount_reporting * PROBABILITY[standing[-1].stage])


def won_in(states: list[DealState], first: date, last: date, end: datetime | None) -> DealState | None:
    """The deal's state just before `end` (None: now), if it is won and has been since a day within the period."""
    standing = [state for state in states if end is None or state.at < end]
    if not standing or standing[-1].status != "won":
        return None
    since = standing[-1].at
    for state in reversed(standing):
        if state.status != "won":
            break
        since = state.at
    return standing[-1] if first <= since.date() <= last else None
