"""How far open deals cover what a quarter's quota still lacks, and what became of the deals due in a month."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from ingestion.sandbox.facts import Facts
from ingestion.sandbox.truth.forecast import won_in
from ingestion.sandbox.truth.money import (
    INSTANT,
    Rates,
    cents,
    major_units,
    month_start,
    months,
    next_month,
    snapshot_instant,
)
from ingestion.sandbox.truth.pipeline import ZERO, deal_states, recorded_deals

OUTCOMES = ("won", "lost", "removed", "slipped", "pending")


@dataclass(frozen=True)
class CoverageRow:
    """A quarter with a quota, as it stood at the end of the day `looked`."""

    quarter: date
    looked: date
    open_amount: Decimal
    booked_amount: Decimal
    quota_amount: Decimal

    @property
    def coverage(self) -> Fraction | None:
        """None once the quota is met."""
        missing = self.quota_amount - self.booked_amount
        return Fraction(self.open_amount) / Fraction(missing) if missing > 0 else None


@dataclass
class SlippageRow:
    """The deals due in a month when it began, by what became of them, and the pushes made during it."""

    month: date
    counts: Counter[str] = field(default_factory=Counter)
    amounts: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, ZERO))
    push_count: int = 0
    pushed_days: int = 0


def coverage(facts: Facts, looks: set[tuple[date, date]]) -> list[CoverageRow]:
    """The company's coverage for each (first day of a quarter, day of the look)."""
    rates = Rates(facts)
    deals = [list(deal_states(deal, rates)) for deal in recorded_deals(facts)]
    quotas: dict[date, Decimal] = defaultdict(lambda: ZERO)
    for quota in facts.quotas:
        amount = major_units(quota.amount, quota.currency)
        quotas[quota.period_start] += cents(amount * rates(quota.currency, quota.period_start.year))
    rows = []
    for quarter, looked in sorted(looks):
        last = next_month(next_month(next_month(quarter))) - timedelta(days=1)
        end = min(month_start(looked) + timedelta(days=1), facts.as_of + INSTANT)
        due = booked = ZERO
        for states in deals:
            standing = [state for state in states if state.at < end]
            if standing and standing[-1].status == "open" and quarter <= standing[-1].close_date <= last:
                due += standing[-1].amount_reporting
            if won := won_in(states, quarter, last, end):
                booked += won.amount_reporting
        if quarter in quotas:
            rows.append(CoverageRow(quarter, looked, due, booked, quotas[quarter]))
    return rows


def slippage(facts: Facts) -> list[SlippageRow]:
    """Every month in which a deal was due when it began, or was pushed."""
    rates = Rates(facts)
    rows = {month: SlippageRow(month) for month in months(facts)}
    for deal in recorded_deals(facts):
        states = list(deal_states(deal, rates))
        for month, row in rows.items():
            before = [state for state in states if state.at < month_start(month)]
            if not before or before[-1].status != "open" or before[-1].close_date.replace(day=1) != month:
                continue
            instant, is_complete = snapshot_instant(facts, month)
            after = [state for state in states if state.at <= instant][-1]
            outcome = after.status
            if outcome == "open":
                has_left = is_complete or after.close_date >= next_month(month)
                outcome = "slipped" if has_left else "pending"
            row.counts[outcome] += 1
            row.amounts[outcome] += before[-1].amount_reporting
        for state, following in pairwise(states):
            if state.status == following.status == "open" and following.close_date > state.close_date:
                row = rows[following.at.date().replace(day=1)]
                row.push_count += 1
                row.pushed_days += (following.close_date - state.close_date).days
    return [row for row in rows.values() if row.counts or row.push_count]
