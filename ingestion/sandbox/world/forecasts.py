"""What sellers of the Salesforce and Dynamics units promise every Monday, each with a bias of their own; quotas."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta

from ingestion.sandbox.facts import FORECAST_CATEGORIES, LEAD_UNITS, ForecastSubmission, Owner, Quota
from ingestion.sandbox.world import staff, units
from ingestion.sandbox.world.catalog import in_dollars
from ingestion.sandbox.world.engine import STARTS_ON, World, growth, midnight, working_time

SALES_TEAMS = ("North America", "Europe", "Asia Pacific")
CATEGORY_OF = {
    "closedwon": "won",
    "contractsent": "commit",
    "decisionmakerboughtin": "commit",
    "presentationscheduled": "best_case",
    "qualifiedtobuy": "pipeline",
    "appointmentscheduled": "pipeline",
}
"""Where a deal due in the quarter enters the forecast; each category includes those before it."""
FIRST_QUOTA = {"meridian": 15_000_00, "polaris": 12_000_00}
"""A seller's quota in the first quarter at scale 1, in US cents."""
STRETCH_PERCENT = 110
"""A later quota, in per cent of what sellers of the unit won on average in each of the last four quarters."""


def quarter_of(day: date) -> tuple[date, date]:
    """First and last day of the calendar quarter."""
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return first, (first + timedelta(days=95)).replace(day=1) - timedelta(days=1)


def tick(world: World, day: date) -> None:
    """Quotas on the first day of a quarter, forecasts on Mondays."""
    for unit in units.running(world):
        if unit in LEAD_UNITS:
            sellers = [owner for team in SALES_TEAMS for owner in staff.members(world, team, unit)]
            if day == quarter_of(day)[0]:
                set_quotas(world, unit, sellers, day)
            if day.weekday() == 0:
                review(world, unit, sellers, day)


def set_quotas(world: World, unit: str, sellers: list[Owner], day: date) -> None:
    """The same stretch for every seller, give or take a fifth."""
    starts, ends = quarter_of(day)
    usual = round(FIRST_QUOTA[unit] * world.scale * growth(day))
    if (day - STARTS_ON).days > 360:
        since = day.replace(year=day.year - 1)
        won = sum(
            in_dollars(world, run.deal.amount.current, run.deal.currency.current)
            for run in world.unit_deals[unit]
            if run.deal.stage.current == "closedwon" and since <= run.deal.close_date.current < day
        )
        usual = won // 4 // len(sellers) * STRETCH_PERCENT // 100
    for owner in sellers:
        share = world.rng("quota", owner.owner_id, day).randint(80, 120)
        amount = max(1000_00, usual * share // 100 // 1000_00 * 1000_00)
        quota_id = world.new_id("quota", 3001)
        at = midnight(day) + timedelta(hours=7)
        world.schedule(at, announce, Quota(quota_id, unit, owner.owner_id, starts, ends, amount, "USD", at))


def announce(world: World, quota: Quota) -> None:
    """The seller learns the quota."""
    world.facts.quotas.append(quota)


def review(world: World, unit: str, sellers: list[Owner], day: date) -> None:
    """The pipeline of every seller as it stands at the start of the week, for this quarter."""
    starts, ends = quarter_of(day)
    books: dict[int, Counter[str]] = defaultdict(Counter)
    for run in world.unit_deals[unit]:
        deal = run.deal
        category = CATEGORY_OF.get(deal.stage.current)
        if category and deal.archived_at is None and starts <= deal.close_date.current <= ends:
            dollars = in_dollars(world, deal.amount.current, deal.currency.current)
            books[deal.owner.current][category] += dollars
    for owner in sellers:
        rng = world.rng("forecast", owner.owner_id, day)
        # Some people see every deal as theirs, some see none; all are surer as the quarter ends.
        temper = world.rng("temper", owner.owner_id).gauss(0.08, 0.16)
        weeks_left = (ends - day).days / 91
        judgement = max(0.2, 1 + temper * weeks_left + rng.gauss(0, 0.06))
        book = books[owner.owner_id]
        amounts = [book["won"]]
        for category in FORECAST_CATEGORIES:
            amounts.append(amounts[-1] + round(book[category] * judgement / 100) * 100)
        at = working_time(rng, day)
        world.schedule(at, submit, unit, owner, (starts, ends), amounts[1:])


def submit(world: World, unit: str, owner: Owner, period: tuple[date, date], amounts: list[int]) -> None:
    """The seller enters the three numbers of the week."""
    if owner.left_at is not None:
        return
    for category, amount in zip(FORECAST_CATEGORIES, amounts, strict=True):
        world.facts.forecast_submissions.append(
            ForecastSubmission(
                submission_id=world.new_id("forecast", 4001),
                business_unit=unit,
                owner_id=owner.owner_id,
                period_start=period[0],
                period_end=period[1],
                category=category,
                amount=amount,
                currency="USD",
                submitted_at=world.now,
            )
        )
