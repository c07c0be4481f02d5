"""Contracts and invoices of the simulated company add up, to the second and to the cent."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest

from ingestion.sandbox.facts import Facts, Subscription
from ingestion.sandbox.world import simulate


@pytest.fixture(scope="module")
def world() -> Facts:
    """The company at scale 1 on a Sunday in the middle of a month."""
    return simulate(date(2026, 11, 22))


def paid_starts(subscription: Subscription) -> list[datetime]:
    return [s for s, _ in subscription.periods if s >= (subscription.trial_ends_at or subscription.created_at)]


def test_billing_periods_are_contiguous_and_keep_the_anchor_day(world: Facts) -> None:
    month_ends = 0
    for subscription in world.subscriptions:
        periods = subscription.periods
        assert all(a[1] == b[0] for a, b in pairwise(periods))
        starts = paid_starts(subscription)
        for start in starts:
            assert start.time() == starts[0].time()
            assert start.day == min(starts[0].day, monthrange(start.year, start.month)[1])
        month_ends += len(starts) > 3 and starts[0].day == 31
    assert month_ends > 3


def test_prorations_are_exact_to_the_second(world: Facts) -> None:
    prices = {price.price_id: price for price in world.prices}
    subscriptions = {s.subscription_id: s for s in world.subscriptions}
    checked = 0
    for invoice in world.invoices:
        if invoice.billing_reason != "subscription_update":
            continue
        subscription = subscriptions[invoice.subscription_id or ""]
        start, end = next(p for p in subscription.periods if p[0] <= invoice.created_at < p[1])
        share = Fraction(int((end - invoice.created_at).total_seconds()), int((end - start).total_seconds()))
        for line in invoice.lines:
            assert line.is_proration and (line.period_start, line.period_end) == (invoice.created_at, end)
            exact = prices[line.price_id].unit_amount * line.quantity * share
            assert abs(abs(line.amount) - exact) <= Fraction(1, 2)
            item = next(i for i in subscription.items if i.item_id == line.subscription_item_id)
            before, after = item.terms.at(line.period_start - timedelta(seconds=1)), item.terms.at(line.period_start)
            assert (line.price_id, line.quantity) == (before if line.amount < 0 else after)
            checked += 1
    assert checked > 200


def test_cycle_invoices_bill_the_terms_in_force(world: Facts) -> None:
    prices = {price.price_id: price for price in world.prices}
    subscriptions = {s.subscription_id: s for s in world.subscriptions}
    for invoice in world.invoices:
        if invoice.billing_reason != "subscription_cycle":
            continue
        subscription = subscriptions[invoice.subscription_id or ""]
        terms = {i.item_id: i.terms.at(invoice.created_at) for i in subscription.items}
        billed = {line.subscription_item_id: (line.price_id, line.quantity) for line in invoice.lines}
        assert billed == {item_id: pair for item_id, pair in terms.items() if pair and pair[1] > 0}
        assert all(line.amount == prices[line.price_id].unit_amount * line.quantity for line in invoice.lines)
        is_paused = any(start <= invoice.created_at < end for start, end in subscription.pauses)
        if is_paused and invoice.created_at < world.as_of - timedelta(days=1):
            assert invoice.status.current == "void"


def test_money_given_back_never_exceeds_the_payment(world: Facts) -> None:
    paid = {p.payment_id: p.amount for p in world.payments if p.is_successful}
    back: dict[str, int] = defaultdict(int)
    for refund in world.refunds:
        back[refund.payment_id] += refund.amount
    assert back and all(0 < amount <= paid[payment_id] for payment_id, amount in back.items())
