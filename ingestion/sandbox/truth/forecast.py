"""What the weighted pipeline said of each calendar quarter, on days before its end, and what was booked in the end."""

from __future__ import annotations

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


def weighted_forecasts(facts: Facts) -> list[ForecastRow]:
    """Every quarter and horizon reached since the first deal was created; the running quarter also as of now."""
    rates = Rates(facts)
    deals = [(deal, list(deal_states(deal, rates))) for deal in recorded_deals(facts)]
    begun = min(states[0].at for _, states in deals).date()
    today = facts.as_of.date()
    rows = []
    quarter = date(begun.year, 3 * ((begun.month - 1) // 3) + 1, 1)
    while (quarter - timedelta(days=max(HORIZONS))) <= today:
        after = next_month(next_month(next_month(quarter)))
        last = after - timedelta(days=1)
        is_over = last < today or facts.as_of >= month_start(after) - timedelta(seconds=1)
        horizons = {*HORIZONS, (last - today).days} if quarter <= today <= last else {*HORIZONS}
        booked = [s.amount_reporting for _, states in deals if (s := won_in(states, quarter, last, None))]
        for horizon in horizons:
            looked = last - timedelta(days=horizon)
            if begun <= looked <= today:
                end = min(month_start(looked) + timedelta(days=1), facts.as_of + INSTANT)
                forecast = sum((_stood(states, quarter, last, end) for _, states in deals), ZERO)
                rows.append(ForecastRow(quarter, horizon, forecast, sum(booked, ZERO) if is_over else None))
        quarter = after
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
