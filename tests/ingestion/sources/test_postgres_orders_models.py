"""The order database's staging models against the world whose orders it holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import psycopg
import pytest

from ingestion.sandbox.facts import CURRENCY_EXPONENT, Facts, Order
from ingestion.sandbox.order_database import OrderDatabase
from ingestion.sandbox.world import BEFORE_ACQUISITIONS, simulate

Query = Callable[[str], list[tuple[Any, ...]]]
Load = Callable[[str, dict[str, Any]], None]


@cache
def company() -> Facts:
    return simulate(date(2026, 11, 22), scale=0.2, mix=BEFORE_ACQUISITIONS)


@cache
def deleted_order() -> Order:
    return next(order for order in company().orders if order.deleted_at is None and len(order.lines) > 1)


@pytest.fixture(scope="module")
def world() -> Facts:
    return company()


@pytest.fixture(scope="module")
def deleted() -> Order:
    """The order that was deleted between the two runs."""
    return deleted_order()


def fill(load: Load) -> None:
    with OrderDatabase(company()) as shop:
        load("postgres_orders", shop.overlay())
        with psycopg.connect(shop.admin_dsn) as clerk:
            for table in ("returns", "sales_order_positions", "sales_orders"):
                clerk.execute(f"delete from shop.{table} where ord_no = %s", [deleted_order().order_id])
        load("postgres_orders", shop.overlay())


def naive(moment: datetime | None) -> datetime | None:
    return moment and moment.astimezone(UTC).replace(tzinfo=None)


def money(amount: int, order: Order) -> Decimal:
    return (Decimal(amount) / 10 ** CURRENCY_EXPONENT[order.currency]).quantize(Decimal("0.01"))


def net(order: Order) -> int:
    return sum(line.quantity * line.unit_amount - line.discount_amount for line in order.lines)


def test_orders_with_the_sum_of_their_positions(canonical: Query, world: Facts, deleted: Order) -> None:
    columns = "source_record_id, customer_id, opportunity_reference, status, currency_code, ordered_at, net_amount, "
    columns += "tax_amount, is_deleted"
    assert sorted(canonical(f"select {columns} from canonical.orders"), key=repr) == sorted(
        (
            (
                str(o.order_id), f"postgres_orders:{o.company_id}", None if o.deal_id is None else str(o.deal_id),
                o.status.current, o.currency, naive(o.ordered_at), money(net(o), o),
                money(sum(line.tax_amount for line in o.lines), o), o is deleted,
            )
            for o in world.orders if o.deleted_at is None
        ),
        key=repr,
    )  # fmt: skip
    cancelled = canonical(
        "select count(*) from canonical.orders where (cancelled_at is not null) <> (status = 'cancelled')"
    )
    assert cancelled == [(0,)]


def test_order_lines(canonical: Query, world: Facts) -> None:
    columns = "order_line_id, order_id, product_id, quantity, unit_amount, discount_amount, tax_amount, net_amount"
    assert set(canonical(f"select {columns} from canonical.order_lines")) == {
        (
            f"postgres_orders:{line.order_line_id}", f"postgres_orders:{o.order_id}",
            f"postgres_orders:{line.product_id}", line.quantity, money(line.unit_amount, o),
            money(line.discount_amount, o), money(line.tax_amount, o),
            money(line.quantity * line.unit_amount - line.discount_amount, o),
        )
        for o in world.orders if o.deleted_at is None for line in o.lines
    }  # fmt: skip


def test_refunds_in_the_currency_of_their_order(canonical: Query, world: Facts, deleted: Order) -> None:
    rows = canonical("select order_id, amount, currency_code, refunded_at from canonical.refunds")
    expected = {
        (f"postgres_orders:{o.order_id}", money(o.refunded_amount, o), o.currency, naive(o.refunded_at))
        for o in world.orders
        if o.refunded_at is not None and o.deleted_at is None and o is not deleted
    }
    assert set(rows) == expected != set()


def test_exchange_rates(canonical: Query, world: Facts) -> None:
    columns = "rate_date, from_currency_code, to_currency_code, rate"
    rates = {(rate.day, rate.currency, "USD", Decimal(rate.rate)) for rate in world.exchange_rates}
    assert set(canonical(f"select {columns} from canonical.exchange_rates")) == rates


def test_every_reference_is_found(canonical: Query, deleted: Order) -> None:
    for table, key, target in (
        ("orders", "customer_id", "customers"),
        ("order_lines", "order_id", "orders"),
        ("order_lines", "product_id", "products"),
        ("refunds", "order_id", "orders"),
    ):
        assert canonical(f"select count(*) from canonical.{table} anti join canonical.{target} using ({key})") == [(0,)]
    assert canonical("select distinct revenue_type from canonical.products") == [("one_off",)]
