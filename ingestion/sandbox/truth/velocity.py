"""How fast the pipeline turns into money at each month's end, and every stay of a deal in a stage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import median

from ingestion.sandbox.facts import Deal, Facts, crm_of
from ingestion.sandbox.truth.money import INSTANT, Rates, cents, major_units, month_start, months, next_month
from ingestion.sandbox.truth.pipeline import deal_states, recorded_deals

WINDOW = timedelta(days=90)


@dataclass(frozen=True)
class StageVisit:
    """One stay of a deal in one stage."""

    crm: str
    """`hubspot`, `salesforce` or `dynamics`; with `crm_id` it tells how the CRM names the deal."""
    deal_id: int
    stage: str
    entered_at: datetime
    left_at: datetime | None
    days: int
    """Calendar days, to the as-of day while it lasts."""
    next_stage: str | None


@dataclass(frozen=True)
class VelocityRow:
    """open deals × won ÷ closed × won amount ÷ won ÷ median days, of the deals closed in the 90 days before."""

    month: date
    open_count: int
    won_count: int
    closed_count: int
    won_amount: Decimal
    median_days: Fraction | None
    per_day: Fraction | None
    """Money per day; None where nothing was won, or all on the day it was created."""


def stage_visits(facts: Facts) -> list[StageVisit]:
    """Every stay, in closed stages too; a deal's archiving ends its last."""
    found, crms = [], crm_of(facts)
    for deal in recorded_deals(facts):
        crm = crms.get(deal.company_id, "hubspot")
        last_of_instant = {at: stage for at, stage in deal.stage if deal.archived_at is None or at < deal.archived_at}
        entries = list(last_of_instant.items())
        for number, (at, stage) in enumerate(entries):
            follows = entries[number + 1] if number + 1 < len(entries) else None
            left_at = follows[0] if follows else deal.archived_at
            days = ((left_at or facts.as_of).date() - at.date()).days
            next_stage = follows[1] if follows else (stage if deal.archived_at else None)
            found.append(StageVisit(crm, deal.deal_id, stage, at, left_at, days, next_stage))
    return found


def velocity(facts: Facts) -> list[VelocityRow]:
    """Every month with a deal open at its end or closed in the window before."""
    rates = Rates(facts)
    deals = list(recorded_deals(facts))
    states = {deal.deal_id: list(deal_states(deal, rates)) for deal in deals}
    rows = []
    for month in months(facts):
        end = min(month_start(next_month(month)), facts.as_of.replace(microsecond=0) + timedelta(seconds=1))
        standing = 0
        for history in states.values():
            in_force = [state for state in history if state.at <= end - INSTANT]
            standing += bool(in_force) and in_force[-1].status == "open"
        closed = [deal for deal in deals if (at := closed_at(deal)) and end - WINDOW <= at < end]
        won = [deal for deal in closed if deal.stage.current == "closedwon"]
        amounts = [booked(deal, rates) for deal in won]
        cycles = [(deal.stage.changed_at.date() - deal.created_at.date()).days for deal in won]
        days = Fraction(median(cycles)) if cycles else Fraction(0)
        total = sum(amounts, Decimal("0.00"))
        if standing or closed:
            rows.append(
                VelocityRow(
                    month, standing, len(won), len(closed), total, days if won else None,
                    standing * Fraction(total) / (len(closed) * days) if won and days else None,
                )
            )  # fmt: skip
    return rows


def closed_at(deal: Deal) -> datetime | None:
    """When a deal that still exists and is closed reached its final stage."""
    is_closed = deal.archived_at is None and deal.stage.current in ("closedwon", "closedlost")
    return deal.stage.changed_at if is_closed else None


def booked(deal: Deal, rates: Rates) -> Decimal:
    """A deal's amount in the reporting currency, at the rate of the year it was created in."""
    currency = deal.currency.current
    return cents(major_units(deal.amount.current, currency) * rates(currency, deal.created_at.year))
