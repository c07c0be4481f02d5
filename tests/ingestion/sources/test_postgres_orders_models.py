"""The order database's staging models against the world whose orders it holds."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from ingestion.loader import SourceLoad
from ingestion.registry import REGISTRY
from ingestion.sandbox.facts import CURRENCY_EXPONENT, Facts, Order
from ingestion.sandbox.order_database import OrderDatabase
from ingestion.sandbox.world import simulate
from ingestion.sources.postgres_orders import Settings

PROJECT = Path(__file__).parents[3] / "dbt_project"
TABLES = REGISTRY["postgres_orders"].provides
Query = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def world() -> Facts:
    return simulate(date(2026, 11, 22), scale=0.2)


@pytest.fixture(scope="module")
def deleted(world: Facts) -> Order:
    """An order that is deleted between the two runs."""
    return next(order for order in world.orders if order.deleted_at is None and len(order.lines) > 1)


@pytest.fixture(scope="module")
def query(world: Facts, deleted: Order, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Query]:
    folder = tmp_path_factory.mktemp("order_models")
    database = folder / "warehouse.duckdb"
    with OrderDatabase(world) as shop:
        settings = Settings(name="postgres_orders", **shop.overlay())  # type: ignore[arg-type]
        for number in range(2):
            run = SourceLoad(REGISTRY["postgres_orders"], settings, database, folder / "dlt")
            run.extract()
            run.store()
            if number == 0:
                with psycopg.connect(shop.admin_dsn) as clerk:
                    for table in ("returns", "sales_order_positions", "sales_orders"):
                        clerk.execute(f"delete from shop.{table} where ord_no = %s", [deleted.order_id])
    options = {
        "--project-dir": str(PROJECT),
        "--profiles-dir": str(PROJECT),
        "--target-path": str(folder / "target"),
        "--log-path": str(folder / "logs"),
        "--vars": json.dumps({"contributors": {table: ["postgres_orders"] for table in TABLES}}),
    }
    command = [sys.executable, "-m", "dbt.cli.main", "run", "--quiet", *chain(*options.items())]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REVOPS_BUILD_DATABASE", str(database))
        patch.setenv("DO_NOT_TRACK", "1")
        # In a process of its own: dbt keeps its connection to the database until the process ends.
        done = subprocess.run(
            [*command, "--select", "staging.postgres_orders", *TABLES], capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(str(database), read_only=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


def naive(moment: datetime | None) -> datetime | None:
    return moment and moment.astimezone(UTC).replace(tzinfo=None)


def money(amount: int, order: Order) -> Decimal:
    return (Decimal(amount) / 10 ** CURRENCY_EXPONENT[order.currency]).quantize(Decimal("0.01"))


def net(order: Order) -> int:
    return sum(line.quantity * line.unit_amount - line.discount_amount for line in order.lines)


def test_orders_with_the_sum_of_their_positions(query: Query, world: Facts, deleted: Order) -> None:
    columns = "source_record_id, customer_id, opportunity_reference, status, currency_code, ordered_at, net_amount, "
    columns += "tax_amount, is_deleted"
    assert sorted(query(f"select {columns} from canonical.orders"), key=repr) == sorted(
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
    cancelled = query(
        "select count(*) from canonical.orders where (cancelled_at is not null) <> (status = 'cancelled')"
    )
    assert cancelled == [(0,)]


def test_order_lines(query: Query, world: Facts) -> None:
    columns = "order_line_id, order_id, product_id, quantity, unit_amount, discount_amount, tax_amount, net_amount"
    assert set(query(f"select {columns} from canonical.order_lines")) == {
        (
            f"postgres_orders:{line.order_line_id}", f"postgres_orders:{o.order_id}",
            f"postgres_orders:{line.product_id}", line.quantity, money(line.unit_amount, o),
            money(line.discount_amount, o), money(line.tax_amount, o),
            money(line.quantity * line.unit_amount - line.discount_amount, o),
        )
        for o in world.orders if o.deleted_at is None for line in o.lines
    }  # fmt: skip


def test_refunds_in_the_currency_of_their_order(query: Query, world: Facts, deleted: Order) -> None:
    rows = query("select order_id, amount, currency_code, refunded_at from canonical.refunds")
    expected = {
        (f"postgres_orders:{o.order_id}", money(o.refunded_amount, o), o.currency, naive(o.refunded_at))
        for o in world.orders
        if o.refunded_at is not None and o.deleted_at is None and o is not deleted
    }
    assert set(rows) == expected != set()


def test_exchange_rates(query: Query, world: Facts) -> None:
    columns = "rate_date, from_currency_code, to_currency_code, rate"
    rates = {(rate.day, rate.currency, "USD", Decimal(rate.rate)) for rate in world.exchange_rates}
    assert set(query(f"select {columns} from canonical.exchange_rates")) == rates


def test_every_reference_is_found(query: Query, deleted: Order) -> None:
    for table, key, target in (
        ("orders", "customer_id", "customers"),
        ("order_lines", "order_id", "orders"),
        ("order_lines", "product_id", "products"),
        ("refunds", "order_id", "orders"),
    ):
        assert query(f"select count(*) from canonical.{table} anti join canonical.{target} using ({key})") == [(0,)]
    assert query("select distinct revenue_type from canonical.products") == [("one_off",)]
