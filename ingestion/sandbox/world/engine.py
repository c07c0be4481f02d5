"""The machine under the world: a clock, a queue of what is still to come, and random streams that never touch.

The queue is worked off in order of time and nothing in it ever asks for the as-of date, so stopping later can only add
to what an earlier stop would have shown. Each decision draws from a stream named after what it is about.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from heapq import heappop, heappush
from itertools import count
from math import exp
from random import Random
from typing import Any

from ingestion.sandbox.facts import (
    AdCampaign,
    AudienceMember,
    BillingCustomer,
    Company,
    CrmLead,
    Deal,
    Facts,
    Invoice,
    Order,
    Owner,
    Partner,
    Person,
    Price,
    Referral,
    Subscription,
)

STARTS_ON = date(2023, 1, 1)
"""The first day that is simulated."""

_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"

WEEKLY_RHYTHM = (1.0, 1.08, 1.1, 1.05, 0.9, 0.1, 0.07)
"""Business activity of a weekday, Monday first."""


@dataclass
class Plan:
    """What a deal is about: enough to price it and to start the contract or ship the goods when it is won."""

    kind: str
    """`subscription`, `goods` or `pilot` (free of charge)."""
    tier: int
    seats: int
    support: int
    """0 none, 1 standard, 2 premium."""
    interval: str
    interval_count: int
    percent_off: int = 0
    discount_months: int | None = None
    """None = for ever."""
    has_trial: bool = False
    estimate_factor: float = 1.0
    """How far the seller's amount strays from the price list."""
    goods: list[tuple[str, int]] = field(default_factory=list)


@dataclass
class DealRun:
    """A deal on its way, with what only the world knows about it."""

    deal: Deal
    plan: Plan
    purpose: str
    """`new`, `expansion`, `renewal` or `goods`."""
    subscription_id: str | None = None
    step: int = 0
    deadline: datetime | None = None
    is_fulfilled: bool = False


@dataclass
class SubscriptionRun:
    """A contract on its way, with what only the world knows about it."""

    subscription: Subscription
    company_id: int
    anchor: datetime
    """Start of the first paid period; its day of the month is kept for ever."""
    months: int
    next_period: int = 0
    pause_periods: int = 0
    """Periods to pause from the next boundary on."""
    paused_until: datetime | None = None
    has_renewal_deal: bool = False


class World:
    """State of the simulation between two events; only what `facts` holds has happened."""

    def __init__(self, seed: int, scale: float, mix: Mapping[str, int]) -> None:
        self.seed = seed
        self.scale = scale
        self.mix = mix
        """Per cent of each vendor (`units.MIX`)."""
        self.now = datetime.combine(STARTS_ON, time(), UTC)
        self.facts = Facts(seed=seed, scale=scale, starts_on=STARTS_ON, as_of=self.now)
        self._queue: list[tuple[datetime, int, Callable[..., object], tuple[Any, ...]]] = []
        self._order = count()
        self._ids: dict[str, Any] = {}
        self.owners: dict[int, Owner] = {}
        self.companies: dict[int, Company] = {}
        self.people: dict[int, Person] = {}
        self.company_people: dict[int, list[Person]] = defaultdict(list)
        self.leads: dict[int, CrmLead] = {}
        """By person; each person is a lead once at most."""
        self.company_leads: dict[int, list[CrmLead]] = defaultdict(list)
        self.attended: dict[int, tuple[datetime, int]] = {}
        """By company: when somebody from there was last at an event, and whose campaign that was."""
        self.deal_runs: dict[int, DealRun] = {}
        self.unit_deals: dict[str, list[DealRun]] = defaultdict(list)
        self.deal_line_ids: dict[tuple[int, str], int] = {}
        self.subscription_runs: dict[str, SubscriptionRun] = {}
        self.company_runs: dict[int, list[SubscriptionRun]] = defaultdict(list)
        self.customers: dict[str, BillingCustomer] = {}
        self.subscription_invoices: dict[str, list[Invoice]] = defaultdict(list)
        self.company_customers: dict[int, list[BillingCustomer]] = defaultdict(list)
        self.company_orders: dict[int, list[Order]] = defaultdict(list)
        self.prices: dict[str, Price] = {}
        self.price_list: dict[tuple[str, str, str | None, int], list[Price]] = defaultdict(list)
        self.campaigns: list[AdCampaign] = []
        """Google's; the channel `paid_search`."""
        self.social_campaigns: list[AdCampaign] = []
        """LinkedIn's."""
        self.members: dict[str, list[AudienceMember]] = defaultdict(list)
        self.member_emails: set[tuple[str, str]] = set()
        self.partners: list[Partner] = []
        self.company_referrals: dict[int, list[Referral]] = defaultdict(list)
        self.deal_referrals: dict[int, list[Referral]] = defaultdict(list)
        self.rates: dict[str, int] = {}
        """US dollars × 1,000,000 for one unit of each currency, today."""
        self.ticketing: set[int] = set()
        """Companies that are already writing to support."""

    def rng(self, *key: object) -> Random:
        """The random stream of one decision."""
        return Random(self._digest(*key))

    def _digest(self, *key: object) -> int:
        """A number of 64 bits that only the seed and `key` decide; quicker to seed with than text."""
        text = f"{self.seed}:" + ":".join(map(str, key))
        return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")

    def new_id(self, kind: str, first: int = 1) -> int:
        """The next number of a kind, starting with `first`."""
        if kind not in self._ids:
            self._ids[kind] = count(first)
        return int(next(self._ids[kind]))

    def code(self, prefix: str) -> str:
        """A vendor-like identifier such as `sub_9x…`, never the same twice."""
        number = self.new_id(f"code:{prefix}")
        digest = self._digest("code", prefix, number)
        letters = []
        for _ in range(10):
            digest, letter = divmod(digest, len(_LETTERS))
            letters.append(_LETTERS[letter])
        return f"{prefix}{''.join(letters)}{number:06d}"

    def schedule(self, at: datetime, action: Callable[..., object], *args: Any) -> None:
        """Have `action(world, *args)` happen at `at` (now, if that is past)."""
        heappush(
            self._queue,
            (max(at, self.now).replace(microsecond=0), next(self._order), action, args),
        )

    def run_until(self, end: datetime) -> None:
        """Let everything scheduled before `end` happen."""
        while self._queue and self._queue[0][0] < end:
            at, _, action, args = heappop(self._queue)
            self.now = at
            action(self, *args)
        self.now = end


def growth(day: date) -> float:
    """Business grows year over year; 1.0 is reached in the middle of the first year."""
    return 0.96 + 0.08 * (day - STARTS_ON).days / 365.25


def activity(day: date) -> float:
    """Growth times the rhythm of the week."""
    return growth(day) * WEEKLY_RHYTHM[day.weekday()]


def poisson(rng: Random, mean: float) -> int:
    """How many of a rare thing happen; Knuth's method, for means below about 500."""
    limit, product, number = exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        number += 1
    return number


def midnight(day: date) -> datetime:
    """The first instant of a UTC day."""
    return datetime.combine(day, time(), UTC)


def working_time(rng: Random, day: date) -> datetime:
    """Some second between 07:00 and 18:30 UTC of `day`."""
    return midnight(day) + timedelta(seconds=rng.randint(7 * 3600, 18 * 3600 + 1800))


def later(rng: Random, after: datetime, low_days: float, high_days: float) -> datetime:
    """A moment `low_days` to `high_days` after `after`, in working hours and seldom at a weekend."""
    day = (after + timedelta(days=rng.uniform(low_days, high_days))).date()
    if day.weekday() >= 5 and rng.random() < 0.95:
        day += timedelta(days=7 - day.weekday())
    moment = working_time(rng, day)
    return moment if moment > after else after + timedelta(seconds=rng.randint(300, 7200))


def add_months(anchor: datetime, months: int) -> datetime:
    """`anchor` moved by calendar months; its day is kept where the month has it, else the month's last day."""
    index = anchor.year * 12 + anchor.month - 1 + months
    year, month = divmod(index, 12)
    return anchor.replace(year=year, month=month + 1, day=min(anchor.day, monthrange(year, month + 1)[1]))


def round_half_up(numerator: int, denominator: int) -> int:
    """`numerator / denominator` to the nearest integer, halves away from zero; `denominator` is positive."""
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return magnitude if numerator >= 0 else -magnitude
