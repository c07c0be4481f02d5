"""What a buyer wants: the package, its cadence and discount, and the day service starts."""

from __future__ import annotations

from calendar import isleap
from datetime import date, datetime, timedelta
from random import Random

from ingestion.sandbox.facts import Company
from ingestion.sandbox.world.catalog import GOODS, TERMS
from ingestion.sandbox.world.engine import Plan, later, working_time


def draw(rng: Random, company: Company) -> Plan:
    """A plan that fits the company's segment."""
    size = ("smb", "mid_market", "enterprise").index(company.segment)
    kind = rng.choices(("subscription", "goods", "pilot"), (76, 22, 2))[0]
    weights = ((72, 8, 4, 14, 2), (58, 12, 6, 20, 4), (32, 14, 10, 34, 10))[size]
    interval, count, _, _ = rng.choices(TERMS, weights)[0]
    tier = rng.choices((0, 1, 2), ((75, 24, 1), (15, 70, 15), (2, 38, 60))[size])[0]
    seats = round(rng.lognormvariate(0, 0.6) * (6, 25, 110)[size]) if rng.random() < 0.92 else 0
    plan = Plan(
        kind=kind,
        tier=tier,
        seats=seats,
        support=rng.choices((0, 1, 2), ((70, 28, 2), (40, 45, 15), (15, 35, 50))[size])[0],
        interval=interval,
        interval_count=count,
        has_trial=size < 2 and rng.random() < 0.16,
        estimate_factor=1.0 if rng.random() < 0.8 else rng.uniform(0.85, 1.2),
        goods=basket(rng, size),
    )
    if rng.random() < 0.22:
        plan.percent_off = rng.choice((5, 10, 15, 20, 25, 30))
        plan.discount_months = rng.choice((None, 3, 6, 12))
    return plan


def basket(rng: Random, size: int) -> list[tuple[str, int]]:
    """Goods and quantities; `size` 0 to 2 from small to large buyers."""
    chosen = rng.sample(GOODS, rng.choice((1, 1, 2, 3)))
    return [(product_id, rng.randint(1, (4, 10, 40)[size])) for product_id in chosen]


def start_of_service(rng: Random, won_at: datetime) -> datetime:
    """Usually the day of the win to ten days later; buyers like month ends, and a leap day if there is one."""
    window = [won_at.date() + timedelta(days=n) for n in range(1, 11)]
    if any(_is_leap_day(day) for day in window):
        return working_time(rng, next(day for day in window if _is_leap_day(day)))
    month_ends = [day for day in window if day.day == 31]
    if month_ends and rng.random() < 0.3:
        return working_time(rng, month_ends[0])
    first_days = [day for day in window if day.day == 1]
    if first_days and rng.random() < 0.1:
        # Contracts that start at midnight on the first sit exactly on the month's boundary.
        return working_time(rng, first_days[0]).replace(hour=0, minute=0, second=0)
    return later(rng, won_at, 0, 9)


def _is_leap_day(day: date) -> bool:
    return isleap(day.year) and (day.month, day.day) == (2, 29)
