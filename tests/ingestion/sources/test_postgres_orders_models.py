"""The order database's staging models: the example company's against its world, and those that others designed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from ingestion.sandbox.facts import CURRENCY_EXPONENT, Facts, Order
from ingestion.sandbox.order_database import OrderDatabase
from ingestion.sandbox.world import BEFORE_ACQUISITIONS, simulate
from tests.ingestion.sources import foreign_orders

Query = Callable[[str], list[tuple[Any, ...]]]
Load = Callable[[str, dict[str, Any]], None]
EXAMPLE, NORTHWIND, ERP = "postgres_orders", "postgres_orders_northwind", "postgres_orders_erp"


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
    with OrderDatabase(company()) as shop, psycopg.connect(shop.admin_dsn, autocommit=True) as clerk:
        foreign_orders.create(clerk)
        load_all(load, shop)
        for table in ("returns", "sales_order_positions", "sales_orders"):
            clerk.execute(f"delete from shop.{table} where ord_no = %s", [deleted_order().order_id])
        foreign_orders.change(clerk)
        load_all(load, shop)


def load_all(load: Load, shop: OrderDatabase) -> None:
    load(EXAMPLE, shop.overlay())
    for instance, database in ((NORTHWIND, "Northwind"), (ERP, "An ERP")):
        load(instance, {"dsn": foreign_orders.reader(shop.admin_dsn), **foreign_orders.mapping(database)})


@pytest.fixture(scope="module", name="canonical")
def example(canonical: Query) -> Query:
    """Query `canonical.…` of the example company's database alone."""
    own = rf"(from canonical.\1 where source_instance = '{EXAMPLE}')"
    return lambda sql: canonical(re.sub(r"canonical\.(\w+)", own, sql))


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


def of(modelled: Path, instance: str, columns: str, table: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(modelled), read_only=True) as connection:
        return connection.execute(
            f"select {columns} from canonical.{table} where source_instance = '{instance}' order by all"
        ).fetchall()


ORDER = "source_record_id, customer_id, status, currency_code, ordered_at, net_amount, is_deleted"
LINE = "source_record_id, order_id, product_id, quantity, unit_amount, discount_amount, net_amount"


def test_northwind_in_canonical_words(modelled: Path) -> None:
    def order(number: int, customer: str, status: str, day: datetime, net: str, gone: bool = False) -> tuple[Any, ...]:
        return str(number), f"{NORTHWIND}:{customer}", status, "USD", day, Decimal(net), gone

    def line(number: int, product: int, quantity: int, price: str, discount: str, net: str) -> tuple[Any, ...]:
        key = (f"{number}:{product}", f"{NORTHWIND}:{number}", f"{NORTHWIND}:{product}")
        return *key, quantity, Decimal(price), Decimal(discount), Decimal(net)

    assert of(modelled, NORTHWIND, "source_record_id, name, country_code, is_deleted", "customers") == [
        ("ALFKI", "Alfreds Futterkiste", "DE", False), ("AROUT", "Around the Horn", "GB", False),
        ("ZZ", "Shorter than its column", None, False), ("ÉPICÉ", 'Épicerie "du Port", sœurs', "FR", False),
    ]  # fmt: skip
    assert of(modelled, NORTHWIND, ORDER, "orders") == [
        order(10248, "ALFKI", "shipped", datetime(1996, 7, 4, 7), "440.00"),
        order(10249, "AROUT", "shipped", datetime(1996, 7, 5, 7), "1611.20"),
        order(10250, "ÉPICÉ", "shipped", datetime(1996, 12, 8, 8), "109.28"),
        order(10251, "ZZ", "placed", datetime(1997, 3, 30, 8), "0"),
        order(10252, "ZZ", "placed", datetime(1997, 3, 31, 8), "0", True),
        order(10253, "ALFKI", "placed", datetime(1997, 5, 5, 7), "33.60"),
    ]
    assert of(modelled, NORTHWIND, LINE, "order_lines") == [
        line(10248, 11, 12, "14", "0", "168"), line(10248, 42, 10, "9.8", "0", "98"),
        line(10248, 72, 5, "34.8", "0", "174"), line(10249, 72, 40, "42.4", "84.8", "1611.2"),
        line(10250, 42, 11, "7.7", "21.18", "63.52"), line(10250, 72, 3, "16.95", "5.09", "45.76"),
        line(10252, 72, 1, "2", "2", "0"), line(10253, 11, 2, "21", "8.4", "33.6"),
    ]  # fmt: skip


def test_the_erp_in_canonical_words(modelled: Path) -> None:
    def order(
        key: str, status: str, currency: str, at: datetime, net: str, tax: str, gone: bool = False
    ) -> tuple[Any, ...]:
        return key, f"{ERP}:{key[:3]}:4711", status, currency, at, Decimal(net), gone, Decimal(tax)

    def line(order: str, number: int, product: str, *numbers: str) -> tuple[Any, ...]:
        return f"{order}:{number}", f"{ERP}:{order}", f"{ERP}:{product}", *map(Decimal, numbers)

    assert of(modelled, ERP, "source_record_id, name, country_code, is_deleted", "customers") == [
        ("001:4711", "Müller & Söhne", "DE", False), ("002:4711", "Another 4711", "AT", False),
    ]  # fmt: skip
    assert of(modelled, ERP, f"{ORDER}, tax_amount", "orders") == [
        order("001:A%3A2", "shipped", "EUR", datetime(2024, 3, 31, 1, 30), "995000.01", "0", True),
        order("001:A-1", "shipped", "EUR", datetime(2024, 2, 29, 22, 59, 59), "71.99", "10.26"),
        order("002:A-1", "cancelled", "CHF", datetime(2024, 6, 30, 22), "3.33", "0"),
        order("002:A-3", "placed", "CHF", datetime(2024, 7, 2, 10), "0.07", "0"),
        order("002:A-4", "placed", "CHF", datetime(2024, 8, 1, 6), "108.02", "0"),
    ]
    assert of(modelled, ERP, LINE, "order_lines") == [
        line("001:A%3A2", 1, "X/1", "1", "1000000.01", "5000", "995000.01"),
        line("001:A-1", 1, "X/1", "4", "19.99", "8", "71.96"), line("001:A-1", 2, "X/2", "0.5", "0.05", "0", "0.03"),
        line("002:A-1", 1, "X/1", "2", "2.5", "1.67", "3.33"), line("002:A-3", 1, "X/2", "7", "0.01", "0", "0.07"),
        line("002:A-4", 1, "X/1", "1", "123.45", "15.43", "108.02"),
    ]  # fmt: skip
    cancelled = of(modelled, ERP, "source_record_id, cancelled_at", "orders")
    assert [row for row in cancelled if row[1]] == [("002:A-1", datetime(2024, 7, 1, 22))]
