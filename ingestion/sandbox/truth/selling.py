"""How often deals are won, where they go from each stage, and how old the open ones are, month by month."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from ingestion.sandbox.facts import DEAL_STAGES, Deal, Facts
from ingestion.sandbox.truth.money import Rates, months, snapshot_instant
from ingestion.sandbox.truth.pipeline import deal_states, recorded_deals
from ingestion.sandbox.truth.velocity import booked, closed_at, stage_visits

PLACE = {stage: place for place, (stage, _, _) in enumerate(DEAL_STAGES)}
CLOSED = {"closedwon": "won", "closedlost": "lost"}
AGE_BOUNDS = (30, 60, 90, 180)
"""The default of `pipeline_ageing_days`."""
ZERO = Decimal("0.00")


@dataclass
class ClosedMonth:
    """The deals that are closed now, by the month in which they were closed last."""

    month: date
    won_count: int = 0
    closed_count: int = 0
    won_amount: Decimal = ZERO
    closed_amount: Decimal = ZERO
    won_cycle_days: int = 0
    """Calendar days from creation to close, of all won."""


@dataclass
class StageExits:
    """The visits to an open stage that ended in a month."""

    month: date
    crm: str
    stage: str
    outcomes: Counter[str] = field(default_factory=Counter)
    """`advanced`, `won`, `returned`, `lost`, `removed`."""
    towards: Counter[str] = field(default_factory=Counter)
    """By the stage they led to, or `removed`."""
    return_count: int = 0
    """Of deals that had been there before."""
    days: list[int] = field(default_factory=list)
    """How long each lasted, those cut short by a deletion left out."""


@dataclass
class AgeGroup:
    """The deals of an age that were open at a month's end."""

    month: date
    name: str
    amount: Decimal = ZERO
    overdue_count: int = 0
    """Their expected close was that day or before."""
    overdue_amount: Decimal = ZERO
    ages: list[int] = field(default_factory=list)
    days_in_stage: list[int] = field(default_factory=list)
    days_without_activity: list[int] = field(default_factory=list)
    """Since a field changed or somebody logged something with the deal."""


def closed_months(facts: Facts) -> list[ClosedMonth]:
    """Every month in which a deal was closed that is closed still."""
    rates = Rates(facts)
    rows: dict[date, ClosedMonth] = {}
    for deal in recorded_deals(facts):
        at = closed_at(deal)
        if at is None:
            continue
        month = at.date().replace(day=1)
        row = rows.setdefault(month, ClosedMonth(month))
        row.closed_count += 1
        row.closed_amount += booked(deal, rates)
        if deal.stage.current == "closedwon":
            row.won_count += 1
            row.won_amount += booked(deal, rates)
            row.won_cycle_days += (at.date() - deal.created_at.date()).days
    return list(rows.values())


def stage_exits(facts: Facts) -> list[StageExits]:
    """Every month × stage that a deal left."""
    rows: dict[tuple[date, str, str], StageExits] = {}
    been: dict[tuple[str, int], set[str]] = defaultdict(set)
    archived = {deal.deal_id: deal.archived_at for deal in facts.deals}
    for visit in stage_visits(facts):
        places = been[visit.crm, visit.deal_id]
        is_return = visit.stage in places
        places.add(visit.stage)
        if visit.left_at is None or visit.next_stage is None or visit.stage in CLOSED:
            continue
        key = visit.left_at.date().replace(day=1), visit.crm, visit.stage
        row = rows.setdefault(key, StageExits(*key))
        row.return_count += is_return
        if visit.left_at == archived[visit.deal_id]:
            outcome = "removed"
        elif visit.next_stage in CLOSED:
            outcome = CLOSED[visit.next_stage]
        else:
            outcome = "returned" if PLACE[visit.next_stage] < PLACE[visit.stage] else "advanced"
        row.outcomes[outcome] += 1
        row.towards["removed" if outcome == "removed" else visit.next_stage] += 1
        if outcome != "removed":
            row.days.append(visit.days)
    return list(rows.values())


def age_groups(facts: Facts) -> list[AgeGroup]:
    """Every month and age of which a deal was open at the month's end, or is now."""
    rates = Rates(facts)
    logged: dict[int, list[datetime]] = defaultdict(list)
    for engagement in facts.engagements:
        if engagement.deal_id is not None and engagement.archived_at is None:
            logged[engagement.deal_id].append(engagement.at)
    rows: dict[tuple[date, str], AgeGroup] = {}
    for deal in recorded_deals(facts):
        states = list(deal_states(deal, rates))
        for month in months(facts):
            seen_at, _ = snapshot_instant(facts, month)
            in_force = [state for state in states if state.at <= seen_at]
            if not in_force or in_force[-1].status != "open":
                continue
            now, day = in_force[-1], seen_at.date()
            age = (day - deal.created_at.date()).days
            row = rows.setdefault((month, _age_name(age)), AgeGroup(month, _age_name(age)))
            row.ages.append(age)
            row.amount += now.amount_reporting
            if now.close_date <= day:
                row.overdue_count += 1
                row.overdue_amount += now.amount_reporting
            entered_at = max(at for at, _ in deal.stage if at <= seen_at)
            moved_at = max(_moves(deal, logged[deal.deal_id], seen_at))
            row.days_in_stage.append((day - entered_at.date()).days)
            row.days_without_activity.append((day - moved_at.date()).days)
    return list(rows.values())


def _age_name(days: int) -> str:
    youngest = 0
    for bound in AGE_BOUNDS:
        if days <= bound:
            return f"{youngest} to {bound}"
        youngest = bound + 1
    return f"over {AGE_BOUNDS[-1]}"


def _moves(deal: Deal, logged: list[datetime], until: datetime) -> Iterator[datetime]:
    for history in (deal.stage, deal.amount, deal.currency, deal.close_date, deal.owner):
        yield from (at for at, _ in history if at <= until)
    yield from (at for at in logged if at <= until)
