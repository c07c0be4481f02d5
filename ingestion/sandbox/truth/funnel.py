"""The funnel by cohorts: of those who came to a stage in a month, who went where in time, how fast; what was lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from ingestion.sandbox.facts import DEAL_STAGES, Deal, Facts, crm_of
from ingestion.sandbox.truth.journeys import BOUGHT, ORDER, Event
from ingestion.sandbox.truth.money import Rates, cents, month_start, next_month
from ingestion.sandbox.truth.pipeline import recorded_deals
from ingestion.sandbox.truth.velocity import booked, stage_visits

PATIENCE = timedelta(days=180)
"""Who buys nothing yet and stands still for longer is lost."""
LOYALTY = timedelta(days=365)
"""How long a customer is watched, and one who left."""
LOOKBACK = 12
"""Months with which a month is compared."""
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Stay:
    """Somebody in a stage."""

    subject: str
    stage: str
    at: datetime
    patience: timedelta
    left_at: datetime | None
    to: str
    fate: str
    """What leaving it for `to` means: `moved_on`, `returned` or `dropped_off`."""
    fate_at_rest: str
    """What is said of one who used the patience up: `dropped_off` or `still_there`."""


@dataclass
class FunnelRow:
    """Those who came to `stage` in `month` and went to `to`; `any` are all of them, `none` those who went nowhere."""

    month: date
    is_complete: bool
    stage: str
    to: str
    entered: int = 0
    """All who came to the stage."""
    moved_on: int = 0
    returned: int = 0
    dropped_off: int = 0
    still_there: int = 0
    days: list[Fraction] = field(default_factory=list)
    """Of each who moved on, how long it took."""
    lost: Decimal = ZERO
    """What those who dropped off were worth."""
    entered_before: int = 0
    """In the complete ones of the twelve months before."""
    moved_on_before: int = 0
    dropped_off_before: int = 0
    days_before: list[Fraction] = field(default_factory=list)


def funnel(stays: Iterable[Stay], facts: Facts, worth: Mapping[str, Decimal]) -> list[FunnelRow]:
    """Every way out of every stage by month; `worth` gives by stage what losing one there costs."""
    until = facts.as_of.replace(microsecond=0) + timedelta(seconds=1)
    rows: dict[tuple[str, str], dict[date, FunnelRow]] = defaultdict(dict)
    entered: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    complete: dict[str, set[date]] = defaultdict(set)
    for stay in stays:
        month = stay.at.date().replace(day=1)
        is_complete = month_start(next_month(month)) + stay.patience <= until
        entered[stay.stage][month] += 1
        if is_complete:
            complete[stay.stage].add(month)
        in_time = stay.left_at is not None and stay.left_at - stay.at <= stay.patience
        at_rest = stay.fate_at_rest if until - stay.at > stay.patience else "still_there"
        fate = stay.fate if in_time else at_rest
        for to in (stay.to if in_time else "none", "any"):
            row = rows[stay.stage, to].setdefault(month, FunnelRow(month, is_complete, stay.stage, to))
            setattr(row, fate, getattr(row, fate) + 1)
            if fate == "moved_on" and stay.left_at is not None:
                row.days.append(Fraction((stay.left_at - stay.at) // timedelta(seconds=1), 86400))
    for (stage, _), by_month in rows.items():
        for month, row in by_month.items():
            row.entered = entered[stage][month]
            row.lost = row.dropped_off * worth.get(stage, ZERO)
            for earlier in _months_before(month):
                if earlier in complete[stage]:
                    row.entered_before += entered[stage][earlier]
                    if (past := by_month.get(earlier)) is not None:
                        row.moved_on_before += past.moved_on
                        row.dropped_off_before += past.dropped_off
                        row.days_before += past.days
    return [row for by_month in rows.values() for row in by_month.values()]


def quantile(values: list[Fraction], share: Fraction) -> Fraction | None:
    """The value that `share` of the values do not exceed, between two of them in proportion."""
    if not values:
        return None
    ordered = sorted(values)
    whole, rest = divmod((len(ordered) - 1) * share, 1)
    above = ordered[min(int(whole) + 1, len(ordered) - 1)]
    return ordered[int(whole)] + rest * (above - ordered[int(whole)])


def journey_stays(ways: Mapping[str, list[Event]]) -> Iterator[Stay]:
    """The stays on the ways of people or accounts, as `journeys` tells them."""
    for subject, entries in ways.items():
        for number, (at, stage) in enumerate(entries):
            left_at, to = entries[number + 1] if number + 1 < len(entries) else (None, "")
            has_bought = stage in BOUGHT or stage == "churned"
            if to == "churned" or (stage, to) == ("opportunity", "lead"):
                fate = "dropped_off"
            elif has_bought or (to and ORDER.index(to) > ORDER.index(stage)):
                fate = "moved_on"
            else:
                fate = "returned"
            patience, at_rest = (LOYALTY, "still_there") if has_bought else (PATIENCE, "dropped_off")
            yield Stay(subject, stage, at, patience, left_at, to, fate, at_rest)


def deal_stays(facts: Facts, called: Callable[[str, str], str]) -> Iterator[Stay]:
    """The stays of deals in open stages; `called` says how a CRM names a stage."""
    places = [stage for stage, _, _ in DEAL_STAGES]
    for visit in stage_visits(facts):
        if visit.stage.startswith("closed"):
            continue
        is_removed = visit.next_stage == visit.stage
        if visit.next_stage == "closedlost" or is_removed:
            fate = "dropped_off"
        elif visit.next_stage and places.index(visit.next_stage) < places.index(visit.stage):
            fate = "returned"
        else:
            fate = "moved_on"
        to = "removed" if is_removed else called(visit.crm, visit.next_stage) if visit.next_stage else ""
        subject, stage = f"{visit.crm}:{visit.deal_id}", called(visit.crm, visit.stage)
        yield Stay(subject, stage, visit.entered_at, PATIENCE, visit.left_at, to, fate, "dropped_off")


def worth_of_journeys(
    facts: Facts,
    ways: Mapping[str, list[Event]],
    home_of: Callable[[str], str | None],
    account_of_company: Callable[[str, int], str],
) -> dict[str, Decimal]:
    """By stage: new business won of the accounts whose subjects ever came there, each account once ÷ those subjects."""
    rates, crms = Rates(facts), crm_of(facts)
    won: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for deal in recorded_deals(facts):
        if _is_won(deal) and deal.deal_type == "newbusiness":
            won[account_of_company(crms[deal.company_id], deal.company_id)] += booked(deal, rates)
    came: dict[str, set[str]] = defaultdict(set)
    for subject, entries in ways.items():
        for _, stage in entries:
            came[stage].add(subject)
    found = {}
    for stage, subjects in came.items():
        accounts = {home_of(subject) for subject in subjects}
        total = sum((won[account] for account in accounts if account in won), ZERO)
        found[stage] = cents(Fraction(total) / len(subjects))
    return found


def worth_of_deals(facts: Facts, called: Callable[[str, str], str]) -> dict[str, Decimal]:
    """By stage of a CRM: what the closed deals that ever came there were won for ÷ their number, lost ones included."""
    rates, crms = Rates(facts), crm_of(facts)
    results: dict[str, list[Decimal]] = defaultdict(list)
    came = {(visit.deal_id, visit.stage) for visit in stage_visits(facts)}
    for deal in recorded_deals(facts):
        if deal.archived_at is not None or not deal.stage.current.startswith("closed"):
            continue
        crm = crms[deal.company_id]
        for stage, _, _ in DEAL_STAGES:
            if (deal.deal_id, stage) in came:
                results[called(crm, stage)].append(booked(deal, rates) if _is_won(deal) else ZERO)
    return {stage: cents(Fraction(sum(amounts, ZERO)) / len(amounts)) for stage, amounts in results.items()}


def _is_won(deal: Deal) -> bool:
    return deal.archived_at is None and deal.stage.current == "closedwon"


def _months_before(month: date) -> list[date]:
    """The twelve months before, the last one first."""
    found = []
    for _ in range(LOOKBACK):
        month = (month - timedelta(days=1)).replace(day=1)
        found.append(month)
    return found
