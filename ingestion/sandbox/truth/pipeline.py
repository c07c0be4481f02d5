"""The sales pipeline of every past day, and the waterfall from one month's opening to its close.

A deal is open while its stage is neither won nor lost and it is neither archived nor merged away. Amounts are in
reporting currency at the rate of the year in which the deal was created. All fields that change at one instant change
together, as one event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal

from ingestion.sandbox.facts import DEAL_STAGES, Deal, Facts, crm_of
from ingestion.sandbox.truth.money import INSTANT, Rates, cents, major_units, month_start, months, next_month

PROBABILITY = {stage: Decimal(probability) for stage, _, probability in DEAL_STAGES}
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class PipelineDay:
    """An open deal at the end of a UTC day."""

    day: date
    crm: str
    """`hubspot`, `salesforce` or `dynamics`; with `crm_id` it tells how the CRM names the deal."""
    deal_id: int
    stage: str
    """Neutral: one of `DEAL_STAGES`."""
    close_date: date
    currency: str
    amount: Decimal
    """In `currency`, major units."""
    amount_reporting: Decimal
    probability: Decimal
    weighted_amount_reporting: Decimal


@dataclass
class WaterfallRow:
    """opening + created + reopened + moved_in + increased − decreased − moved_out − won − lost − removed = closing."""

    month: date
    opening: Decimal = ZERO
    created: Decimal = ZERO
    reopened: Decimal = ZERO
    moved_in: Decimal = ZERO
    increased: Decimal = ZERO
    decreased: Decimal = ZERO
    moved_out: Decimal = ZERO
    won: Decimal = ZERO
    lost: Decimal = ZERO
    removed: Decimal = ZERO
    closing: Decimal = ZERO

    def imbalance(self) -> Decimal:
        """What the movements fail to explain; zero unless something is wrong."""
        gains = self.opening + self.created + self.reopened + self.moved_in + self.increased
        losses = self.decreased + self.moved_out + self.won + self.lost + self.removed
        return gains - losses - self.closing


@dataclass(frozen=True)
class DealState:
    """A deal between two events."""

    at: datetime
    status: str
    """`open`, `won`, `lost` or `removed`."""
    stage: str
    currency: str
    amount: Decimal
    amount_reporting: Decimal
    close_date: date


def deal_states(deal: Deal, rates: Rates) -> Iterator[DealState]:
    """What the deal looked like from each of its events on, in order; nothing after it was archived."""
    instants = {at for history in (deal.stage, deal.amount, deal.currency, deal.close_date) for at, _ in history}
    if deal.archived_at is not None:
        instants = {at for at in instants if at < deal.archived_at} | {deal.archived_at}
    for at in sorted(instants):
        stage, currency = deal.stage.at(at), deal.currency.at(at)
        minor, close_date = deal.amount.at(at), deal.close_date.at(at)
        if stage is None or currency is None or minor is None or close_date is None:
            raise ValueError(f"deal {deal.deal_id}: a field has no value at {at}")
        status = {"closedwon": "won", "closedlost": "lost"}.get(stage, "open")
        if deal.archived_at is not None and at >= deal.archived_at:
            status = "removed"
        amount = major_units(minor, currency)
        in_reporting = cents(amount * rates(currency, deal.created_at.year))
        yield DealState(at, status, stage, currency, amount, in_reporting, close_date)


def recorded_deals(facts: Facts) -> Iterator[Deal]:
    """The deals whose history a CRM still tells: of one merged into another (HubSpot), only the survivor's is left."""
    return (deal for deal in facts.deals if deal.merged_into is None)


def pipeline_by_day(facts: Facts) -> Iterator[PipelineDay]:
    """Every open deal at the end of every UTC day, deal by deal."""
    rates, crms = Rates(facts), crm_of(facts)
    for deal in recorded_deals(facts):
        states = list(deal_states(deal, rates))
        crm = crms.get(deal.company_id, "hubspot")
        for state, following in zip(states, [*states[1:], None], strict=True):
            if state.status != "open":
                continue
            last = facts.as_of.date() if following is None else following.at.date() - timedelta(days=1)
            day = state.at.date()
            weighted = cents(state.amount_reporting * PROBABILITY[state.stage])
            while day <= last:
                yield PipelineDay(
                    day, crm, deal.deal_id, state.stage, state.close_date, state.currency, state.amount,
                    state.amount_reporting, PROBABILITY[state.stage], weighted,
                )  # fmt: skip
                day += timedelta(days=1)


def pipeline_waterfall(facts: Facts) -> list[WaterfallRow]:
    """All open deals, whatever their close date, month by month."""
    return _waterfall(facts, lambda state, month: state.status == "open")


def pipeline_waterfall_by_close_month(facts: Facts) -> list[WaterfallRow]:
    """During each month, the open deals that are due to close in that same month."""
    return _waterfall(facts, lambda state, month: state.status == "open" and state.close_date.replace(day=1) == month)


def _waterfall(facts: Facts, is_member: Callable[[DealState, date], bool]) -> list[WaterfallRow]:
    """Walk every event of every deal; opening and closing are counted apart from the movements between them."""
    rates = Rates(facts)
    rows = {month: WaterfallRow(month) for month in months(facts)}
    for deal in recorded_deals(facts):
        states = list(deal_states(deal, rates))
        for month, row in rows.items():
            row.opening += _standing(states, month_start(month) - INSTANT, month, is_member)
            row.closing += _standing(states, month_start(next_month(month)) - INSTANT, month, is_member)
        before: DealState | None = None
        for state in states:
            month = state.at.date().replace(day=1)
            if month in rows:
                _book(rows[month], before, state, is_member)
            before = state
    return list(rows.values())


def _standing(
    states: list[DealState], at: datetime, month: date, is_member: Callable[[DealState, date], bool]
) -> Decimal:
    """The amount with which a deal is in the population of `month` at `at`."""
    in_force = [state for state in states if state.at <= at]
    return in_force[-1].amount_reporting if in_force and is_member(in_force[-1], month) else ZERO


def _book(
    row: WaterfallRow, before: DealState | None, after: DealState, is_member: Callable[[DealState, date], bool]
) -> None:
    """Book one event. What leaves, leaves with the amount at which it stood just before."""
    was_in = before is not None and is_member(before, row.month)
    is_in = is_member(after, row.month)
    if before is not None and was_in and is_in:
        difference = after.amount_reporting - before.amount_reporting
        row.increased += max(ZERO, difference)
        row.decreased += max(ZERO, -difference)
    elif before is not None and was_in:
        name = "moved_out" if after.status == "open" else after.status
        setattr(row, name, getattr(row, name) + before.amount_reporting)
    elif is_in:
        name = "created" if before is None else ("moved_in" if before.status == "open" else "reopened")
        setattr(row, name, getattr(row, name) + after.amount_reporting)


WATERFALL_PARTS = tuple(part.name for part in fields(WaterfallRow) if part.name != "month")
