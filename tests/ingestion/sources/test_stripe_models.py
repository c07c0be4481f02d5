"""Stripe's staging models against the world that the sandbox served.

One dbt run reads two instances of the same account: FRESH, loaded once, and GROWN, loaded three weeks earlier and
brought forward by events. The bills of both must tell the same history of prices, and the one that happened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from ingestion.registry import REGISTRY
from ingestion.sandbox.facts import CURRENCY_EXPONENT, Facts, Subscription, SubscriptionItem, deal_reference, unit_of
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.world import BEFORE_ACQUISITIONS, simulate

AS_OF = date(2026, 11, 22)
EARLIER = AS_OF - timedelta(days=21)
SCALE = 0.15
FRESH, GROWN = "stripe_fresh", "stripe_grown"
TABLES = REGISTRY["stripe"].provides
Query = Callable[[str], list[tuple[Any, ...]]]
Load = Callable[[str, dict[str, Any]], None]


@cache
def later() -> Facts:
    return simulate(AS_OF, scale=SCALE, mix=BEFORE_ACQUISITIONS)


@pytest.fixture(scope="module")
def world() -> Facts:
    return later()


def fill(load: Load) -> None:
    earlier = simulate(EARLIER, scale=SCALE, mix=BEFORE_ACQUISITIONS)
    for instance, facts in ((GROWN, earlier), (GROWN, later()), (FRESH, later())):
        with SandboxServer(AS_OF, facts=facts, window_scale=0.001) as sandbox:
            load(instance, sandbox.overlay()["stripe"])


def fresh(canonical: Query, columns: str, table: str) -> set[tuple[Any, ...]]:
    """Rows of the instance loaded once, with the instance taken off the ids."""
    rows = canonical(f"select {columns} from canonical.{table} where source_instance = '{FRESH}'")
    return {tuple(v.removeprefix(f"{FRESH}:") if isinstance(v, str) else v for v in row) for row in rows}


def naive(moment: datetime | None) -> datetime | None:
    return moment and moment.astimezone(UTC).replace(tzinfo=None)


def money(amount: int, currency: str) -> Decimal:
    return (Decimal(amount) / 10 ** CURRENCY_EXPONENT[currency]).quantize(Decimal("0.01"))


@pytest.mark.parametrize("table", TABLES)
def test_an_account_brought_forward_equals_one_loaded_at_once(canonical: Query, table: str) -> None:
    rows: dict[str, list[str]] = {FRESH: [], GROWN: []}
    for row in canonical(f"select * from canonical.{table}"):
        rows[row[2]].append(repr(row).replace(row[2], "instance"))
    assert len(rows[FRESH]) > 0
    assert sorted(rows[FRESH]) == sorted(rows[GROWN])


def in_force(world: Facts, subscription: Subscription, item: SubscriptionItem, at: datetime) -> Any:
    """(unit price, quantity, percent off, paused) of an item at an instant as it happened; None when not sold."""
    terms = item.terms.at(at)
    if terms is None or terms[1] == 0 or (subscription.ended_at is not None and subscription.ended_at <= at):
        return None
    price = next(price for price in world.prices if price.price_id == terms[0])
    unit = money(price.unit_amount, price.currency)
    if subscription.trial_ends_at is not None and at < subscription.trial_ends_at:
        return unit, terms[1], "trial"
    left = Fraction(1)
    for discount in subscription.discounts:
        if discount.starts_at <= at and (discount.ends_at is None or at < discount.ends_at):
            left *= Fraction(100 - discount.percent_off, 100)
    is_paused = any(start <= at < end for start, end in subscription.pauses)
    return unit, terms[1], Decimal(str(float(100 * (1 - left)))), is_paused


def test_terms_are_those_that_were_in_force_at_every_instant(canonical: Query, world: Facts) -> None:
    columns = "subscription_item_id, valid_from, valid_to, unit_amount, quantity, discount_percent, is_trial, is_paused"
    terms = defaultdict(list)
    for row in fresh(canonical, columns, "subscription_item_terms"):
        terms[row[0]].append(row[1:])
    compared = 0
    seen: set[str] = set()
    for subscription in world.subscriptions:
        changes = {subscription.created_at, subscription.ended_at, subscription.trial_ends_at}
        changes |= {at for span in (*subscription.pauses, *subscription.periods) for at in span}
        changes |= {at for discount in subscription.discounts for at in (discount.starts_at, discount.ends_at)}
        for item in subscription.items:
            found = terms.pop(item.item_id, [])
            own = changes | {at for at, _ in item.terms}
            own |= {at.replace(tzinfo=UTC) for row in found for at in row[:2] if at is not None}
            instants = {at + timedelta(seconds=n) for at in own if at is not None for n in (-1, 0)} | {world.as_of}
            for at in sorted(at for at in instants if at <= world.as_of):
                now = [row for row in found if row[0] <= naive(at) and (row[1] is None or naive(at) < row[1])]
                assert len(now) <= 1, (item.item_id, at)
                got = None
                if now:
                    _, _, unit, quantity, percent, is_trial, is_paused = now[0]
                    got = (unit, quantity, "trial") if is_trial else (unit, quantity, percent, is_paused)
                assert got == in_force(world, subscription, item, at), (item.item_id, at)
                compared += 1
                if got:
                    seen |= {"trial"} if got[2] == "trial" else {f"paused {got[3]}", f"discounted {got[2] > 0}"}
    assert terms == {}
    assert compared > 1000
    assert seen == {"trial", "paused True", "paused False", "discounted True", "discounted False"}


def test_terms_touch_without_overlap_and_end_with_their_subscription(canonical: Query) -> None:
    assert not canonical(
        "select * from (select *, lead(valid_from) over (partition by source_instance, subscription_item_id "
        "order by valid_from) as next_from from canonical.subscription_item_terms) "
        "where valid_to <= valid_from or (next_from is not null and (valid_to is null or next_from < valid_to))"
    )
    assert not canonical(
        "select * from canonical.subscription_item_terms join canonical.subscriptions using (subscription_id) "
        "where ended_at is not null and (valid_to is null or valid_to > ended_at)"
    )


def test_subscriptions(canonical: Query, world: Facts) -> None:
    columns = "subscription_id, customer_id, opportunity_reference, currency_code, billing_interval, "
    columns += "billing_interval_count, started_at, trial_ends_at, cancel_requested_at, ended_at"
    units, companies = unit_of(world), {c.customer_id: c.company_id for c in world.billing_customers}
    assert fresh(canonical, columns, "subscriptions") == {
        (
            s.subscription_id, s.customer_id, s.deal_id and deal_reference(units, companies[s.customer_id], s.deal_id),
            s.currency, s.interval, s.interval_count, naive(s.created_at), naive(s.trial_ends_at),
            naive(s.cancel_requested_at), naive(s.ended_at),
        )
        for s in world.subscriptions
    }  # fmt: skip
    ended = {s.subscription_id for s in world.subscriptions if s.ended_at}
    states = dict(fresh(canonical, "subscription_id, status", "subscriptions"))
    assert {one for one, state in states.items() if state == "cancelled"} == ended


def test_invoices_in_major_units_of_every_currency(canonical: Query, world: Facts) -> None:
    columns = (
        "invoice_id, customer_id, subscription_id, status, currency_code, issued_at, paid_at, net_amount, tax_amount"
    )
    assert {i.currency for i in world.invoices} >= {"USD", "EUR", "JPY"}
    assert fresh(canonical, columns, "invoices") == {
        (
            i.invoice_id, i.customer_id, i.subscription_id, i.status.current, i.currency, naive(i.created_at),
            naive(i.paid_at), money(sum(x.amount - x.discount_amount for x in i.lines), i.currency),
            money(sum(x.tax_amount for x in i.lines), i.currency),
        )
        for i in world.invoices
    }  # fmt: skip


def test_invoice_lines(canonical: Query, world: Facts) -> None:
    families = {product.product_id: product.family for product in world.products}
    kinds = {"services": "services", "hardware": "one_off"}
    columns = "invoice_line_id, invoice_id, product_id, subscription_item_id, revenue_type, quantity, net_amount, "
    columns += "discount_amount, tax_amount, service_start_at, service_end_at, is_proration"
    assert fresh(canonical, columns, "invoice_lines") == {
        (
            x.line_id, i.invoice_id, x.product_id, x.subscription_item_id,
            kinds.get(families[x.product_id], "recurring"), x.quantity,
            money(x.amount - x.discount_amount, i.currency), money(x.discount_amount, i.currency),
            money(x.tax_amount, i.currency), naive(x.period_start), naive(x.period_end), x.is_proration,
        )
        for i in world.invoices for x in i.lines
    }  # fmt: skip


def test_payments_and_attempts_that_failed(canonical: Query, world: Facts) -> None:
    rows = canonical(
        "select invoice_id, customer_id, amount, currency_code, paid_at, is_successful from canonical.payments "
        f"where source_instance = '{FRESH}'"
    )
    expected = [
        (f"{FRESH}:{p.invoice_id}", f"{FRESH}:{p.customer_id}", money(p.amount, p.currency), p.currency, naive(p.at),
         p.is_successful)
        for p in world.payments
    ]  # fmt: skip
    assert sorted(rows) == sorted(expected)
    assert any(not p.is_successful for p in world.payments)


def test_refunds_and_credit_notes(canonical: Query, world: Facts) -> None:
    columns = "refund_id, invoice_id, customer_id, amount, currency_code, reason, refunded_at"
    assert fresh(canonical, columns, "refunds") == {
        (r.refund_id, r.invoice_id, r.customer_id, money(r.amount, r.currency), r.currency, r.reason, naive(r.at))
        for r in world.refunds
    }
    paid = canonical(
        "select count(*) from canonical.refunds join canonical.payments using (payment_id) where is_successful"
    )
    assert paid == [(2 * len(world.refunds),)]
    columns = "credit_note_id, invoice_id, customer_id, net_amount, tax_amount, currency_code, reason, issued_at"
    assert fresh(canonical, columns, "credit_notes") == {
        (c.credit_note_id, c.invoice_id, c.customer_id, money(c.amount, c.currency),
         money(c.tax_amount, c.currency), c.currency, c.reason, naive(c.at))
        for c in world.credit_notes
    }  # fmt: skip


def test_customers_keep_their_bills_particulars_when_deleted(canonical: Query, world: Facts) -> None:
    billed = {i.customer_id for i in world.invoices}
    found = {row[0]: row[1:] for row in fresh(canonical, "customer_id, email, country_code, is_deleted", "customers")}
    for customer in world.billing_customers:
        if customer.deleted_at is None or customer.customer_id in billed:
            expected = (customer.email.lower(), customer.country, customer.deleted_at is not None)
            assert found[customer.customer_id] == expected
    references = dict(fresh(canonical, "customer_id, account_reference", "customers"))
    for customer in world.billing_customers:
        if customer.deleted_at is None:
            noted = [value for key, value in customer.metadata.items() if key != "segment"]
            assert references[customer.customer_id] == (noted[0] if noted else None)


def test_products(canonical: Query, world: Facts) -> None:
    kinds = {"services": "services", "hardware": "one_off"}
    assert fresh(canonical, "product_id, name, family, revenue_type", "products") == {
        (p.product_id, p.name, p.family, kinds.get(p.family, "recurring")) for p in world.products
    }
