"""A later as-of date extends what an earlier one shows and never rewrites it; a seed decides everything."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from ingestion.sandbox.facts import Facts, History, SubscriptionItem
from ingestion.sandbox.world import BEFORE_ACQUISITIONS, STARTS_ON, simulate

EARLY, LATE, SCALE = date(2025, 3, 31), date(2025, 5, 10), 0.35

BIRTH = {
    "Owner": "hired_at", "Engagement": "at", "Invoice": "created_at", "Payment": "at", "CreditNote": "at",
    "Refund": "at", "Order": "ordered_at", "EmailCampaign": "sent_at", "AudienceMember": "subscribed_at",
    "EmailActivity": "at", "Visit": "started_at", "Partner": "joined_at", "Referral": "registered_at",
    "Reward": "earned_at", "Discount": "starts_at", "TicketComment": "at", "MetricEvent": "at", "PageAction": "at",
    "OrderRefund": "at", "ForecastSubmission": "submitted_at", "Quota": "set_at",
    "OperatingCost": "booked_at", "FrictionHit": "at",
}  # fmt: skip
PLANNED = {"trial_ends_at", "ends_at", "period_start", "period_end"}
"""Times that may lie ahead of what is known: they were agreed beforehand."""
LATEST = {
    "loss_reason", "partner_id", "deal_id", "amount", "currency", "company_id", "metadata", "updated_at",
    "unqualified_reason", "cancel_reason", "actual_cost",
}  # fmt: skip
"""Fields without a history: comparable only while the record has not changed since."""
DECIDED_BY = {
    "merged_into": "archived_at", "end_reason": "ended_at", "refunded_amount": "refunded_at",
    "satisfaction_score": "satisfaction_at", "satisfaction_id": "satisfaction_at",
    "satisfaction_comment": "satisfaction_at", "rating": "satisfaction_at", "ends_on": "status",
    "converted_company_id": "converted_at", "converted_person_id": "converted_at",
    "converted_deal_id": "converted_at",
}  # fmt: skip


def born(record: Any) -> datetime | date | None:
    """When a record came into being."""
    if isinstance(record, SubscriptionItem):
        return next(iter(record.terms))[0]
    name = type(record).__name__
    if name == "Visit":
        return record.received_at or record.started_at
    if name == "Person":
        return next(iter(record.lifecycle))[0]
    if name in ("AdDay", "ExchangeRate"):
        return record.day
    if name == "AdCampaign":
        return record.starts_on
    if is_dataclass(record):
        return getattr(record, BIRTH.get(name, "created_at"), None)
    if isinstance(record, tuple):
        return next(part for part in record if isinstance(part, datetime))
    return None


def is_known(moment: datetime | date | None, cut: datetime) -> bool:
    if moment is None:
        return True
    return moment <= cut if isinstance(moment, datetime) else moment <= cut.date()


def is_decided(moment: Any, cut: datetime) -> bool:
    """Whether a field that is filled in at `moment` was filled in at `cut`."""
    return isinstance(moment, datetime) and moment <= cut


def as_seen(record: Any, cut: datetime, has_changed: bool = False) -> Any:
    """A record reduced to what was known at `cut`, as plain values; `has_changed` says that a later version exists."""
    if isinstance(record, History):
        return [(at, value) for at, value in record if at <= cut]
    if not is_dataclass(record):
        return record
    seen: dict[str, Any] = {}
    for name in (part.name for part in fields(record)):
        value = getattr(record, name)
        decided = getattr(record, DECIDED_BY[name], None) if name in DECIDED_BY else None
        if name in LATEST and has_changed and not isinstance(value, History):
            continue
        if name == "conversions_by_lag":
            seen[name] = value[: (cut.date() - record.day).days + 1]
        elif name == "visitor_ids" or (name in DECIDED_BY and not is_decided(decided, cut)):
            continue
        elif isinstance(value, list):
            seen[name] = [as_seen(part, cut) for part in value if is_known(born(part) if part else None, cut)]
        elif isinstance(value, datetime) and name not in PLANNED:
            seen[name] = value if value <= cut else None
        else:
            seen[name] = as_seen(value, cut)
    return seen


def lists_of(facts: Facts) -> dict[str, list[Any]]:
    return {name: value for name, value in vars(facts).items() if isinstance(value, list)}


@pytest.mark.parametrize("mix", [None, BEFORE_ACQUISITIONS], ids=["as shipped", "before the acquisitions"])
def test_a_later_as_of_only_extends_history(mix: dict[str, int] | None) -> None:
    early, late = simulate(EARLY, scale=SCALE, mix=mix), simulate(LATE, scale=SCALE, mix=mix)
    cut = early.as_of
    for name, records in lists_of(early).items():
        longer = lists_of(late)[name]
        assert len(longer) >= len(records), name
        for before, after in zip(records, longer, strict=False):
            has_changed = not is_known(getattr(after, "updated_at", None), cut)
            assert as_seen(before, cut, has_changed) == as_seen(after, cut, has_changed), name
        for newcomer in longer[len(records) :]:
            assert not is_known(born(newcomer), cut), (name, newcomer)
    for before, after in zip(early.people, late.people, strict=False):
        assert after.visitor_ids[: len(before.visitor_ids)] == before.visitor_ids
    grown = {name for name, records in lists_of(early).items() if len(lists_of(late)[name]) > len(records)}
    assert {"deals", "invoices", "visits", "tickets", "orders", "subscriptions", "ad_days"} <= grown


def test_the_comparison_sees_a_rewritten_past() -> None:
    early, late = simulate(date(2024, 1, 31), scale=0.2), simulate(date(2024, 2, 20), scale=0.2)
    deal = late.deals[0]
    deal.amount._values[0] += 1
    assert as_seen(early.deals[0], early.as_of) != as_seen(deal, early.as_of)


def test_same_seed_same_world_and_other_seed_another() -> None:
    day = date(2023, 9, 30)
    one, again, other = simulate(day, scale=0.2), simulate(day, scale=0.2), simulate(day, seed=8, scale=0.2)

    def content(facts: Facts) -> dict[str, Any]:
        return {name: [as_seen(r, facts.as_of) for r in records] for name, records in lists_of(facts).items()}

    assert content(one) == content(again)
    assert [c.domain for c in one.companies] != [c.domain for c in other.companies]
    assert [v.visitor_id for v in one.visits] != [v.visitor_id for v in other.visits]
    assert [r.rate for r in one.exchange_rates] != [r.rate for r in other.exchange_rates]


def test_dates_and_scale_are_checked() -> None:
    with pytest.raises(ValueError, match="starts on"):
        simulate(STARTS_ON - timedelta(days=1))
    with pytest.raises(ValueError, match="scale"):
        simulate(STARTS_ON, scale=0)


def test_scale_moves_the_volume() -> None:
    day = date(2024, 6, 30)
    small, large = simulate(day, scale=0.2), simulate(day, scale=0.8)
    for name in ("companies", "visits", "deals", "engagements"):
        ratio = len(getattr(large, name)) / len(getattr(small, name))
        assert 2 < ratio < 8, (name, ratio)
