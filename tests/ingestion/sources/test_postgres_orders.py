"""The order database is read whole, then by what changed, and what vanished from it is seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from ingestion.errors import CredentialsRejected, HostUnreachable, VendorError
from ingestion.loader import SourceLoad
from ingestion.registry import REGISTRY
from ingestion.sandbox import order_database
from ingestion.sandbox.facts import CURRENCY_EXPONENT, Facts
from ingestion.sandbox.order_database import OrderDatabase
from ingestion.sandbox.world import BEFORE_ACQUISITIONS, simulate
from ingestion.source import SourceReport, StreamContext
from ingestion.sources.postgres_orders import Settings, check

SPEC = REGISTRY["postgres_orders"]
TABLES = ("customers", "products", "order_states", "orders", "order_lines", "refunds", "exchange_rates")
SCALE = 0.15


def load(folder: Path, settings: Settings) -> SourceReport:
    """One run into the database of `folder`."""
    run = SourceLoad(SPEC, settings, folder / "w.duckdb", folder / "dlt")
    run.extract()
    return run.store()


def rows(folder: Path, table: str, where: str = "not _is_deleted") -> list[tuple[Any, ...]]:
    """A raw table's content without the columns that tell of the run."""
    with duckdb.connect(str(folder / "w.duckdb"), read_only=True) as connection:
        return connection.execute(
            f"select * exclude (_extracted_at, _dlt_load_id) from raw_postgres_orders.{table} "
            f"where {where} order by all"
        ).fetchall()


def settings_of(database: OrderDatabase, **more: Any) -> Settings:
    return Settings(name="postgres_orders", **database.overlay(), **more)


def refill(database: OrderDatabase, facts: Facts) -> None:
    """Let time pass: the database as it is at `facts.as_of`."""
    with psycopg.connect(database.admin_dsn) as connection:
        connection.execute(
            "truncate shop.order_states, shop.clients, shop.articles, shop.sales_orders, shop.sales_order_positions, "
            "shop.returns, treasury.fx_fixings"
        )
        order_database.load(connection, facts)


@pytest.fixture(scope="module")
def deletion() -> datetime:
    """When a clerk deleted an order of the simulated company."""
    facts = simulate(date(2026, 11, 22), scale=SCALE, mix=BEFORE_ACQUISITIONS)
    return max(order.deleted_at for order in facts.orders if order.deleted_at is not None)


@pytest.fixture(scope="module")
def before(deletion: datetime) -> Facts:
    return simulate(deletion.date() - timedelta(days=1), scale=SCALE, mix=BEFORE_ACQUISITIONS)


@pytest.fixture(scope="module")
def after(deletion: datetime) -> Facts:
    return simulate(deletion.date() + timedelta(days=4), scale=SCALE, mix=BEFORE_ACQUISITIONS)


@pytest.fixture(scope="module")
def server(before: Facts) -> Iterator[OrderDatabase]:
    with OrderDatabase(before) as database:
        yield database


@pytest.fixture
def database(server: OrderDatabase, before: Facts) -> OrderDatabase:
    """The database of the day before the deletion, whatever an earlier test did to it."""
    refill(server, before)
    return server


def test_every_living_row_arrives_with_its_exact_amounts(
    database: OrderDatabase, before: Facts, tmp_path: Path
) -> None:
    report = load(tmp_path, settings_of(database))

    living = [order for order in before.orders if order.deleted_at is None]
    assert {row[0] for row in rows(tmp_path, "orders")} == {str(order.order_id) for order in living}
    scale = {order.order_id: Decimal(1).scaleb(-CURRENCY_EXPONENT[order.currency]) for order in living}
    expected = {
        (str(line.order_line_id), str(order.order_id), line.quantity, line.unit_amount * scale[order.order_id],
         line.discount_amount * scale[order.order_id], line.tax_amount * scale[order.order_id])
        for order in living
        for line in order.lines
    }  # fmt: skip
    assert {(row[0], row[1], row[3], row[4], row[5], row[6]) for row in rows(tmp_path, "order_lines")} == expected
    rates = {(rate.day, rate.currency, "USD", Decimal(rate.rate)) for rate in before.exchange_rates}
    assert {row[:4] for row in rows(tmp_path, "exchange_rates")} == rates
    assert all(counts.vendor_total == counts.living_after == counts.loaded for counts in report.tables.values())


def test_the_row_is_kept_whole(database: OrderDatabase, tmp_path: Path) -> None:
    load(tmp_path, settings_of(database))

    with duckdb.connect(str(tmp_path / "w.duckdb"), read_only=True) as connection:
        found = connection.execute(
            "select count(*), count(*) filter (where _record ->> '$.orderer_mail' like '%@%') "
            "from raw_postgres_orders.orders"
        ).fetchone()
    assert found is not None and found[0] == found[1] > 0


def test_small_blocks_bring_the_same_rows(database: OrderDatabase, tmp_path: Path) -> None:
    load(tmp_path / "large", settings_of(database))
    load(tmp_path / "small", settings_of(database, block_bytes=2048))

    for table in TABLES:
        assert rows(tmp_path / "small", table) == rows(tmp_path / "large", table)


def test_a_second_run_reads_little_and_changes_nothing(database: OrderDatabase, tmp_path: Path) -> None:
    load(tmp_path, settings_of(database))
    content = {table: rows(tmp_path, table, "true") for table in TABLES}

    second = load(tmp_path, settings_of(database))

    assert {table: rows(tmp_path, table, "true") for table in TABLES} == content
    assert second.tables["orders"].received <= 3
    assert second.tables["exchange_rates"].received <= 3 * 46


def test_later_runs_equal_a_full_load_and_mark_what_was_deleted(
    database: OrderDatabase, deletion: datetime, before: Facts, after: Facts, tmp_path: Path
) -> None:
    load(tmp_path / "daily", settings_of(database))
    refill(database, after)
    report = load(tmp_path / "daily", settings_of(database))
    load(tmp_path / "full", settings_of(database))

    for table in TABLES:
        assert rows(tmp_path / "daily", table) == rows(tmp_path / "full", table), table
    mark = max(order.updated_at for order in before.orders if order.deleted_at is None) - timedelta(hours=1)
    changed = [o for o in after.orders if o.updated_at >= mark and o.deleted_at is None]
    assert report.tables["orders"].received == len(changed) > 0
    gone = {str(o.order_id) for o in after.orders if o.deleted_at is not None and o.deleted_at > before.as_of}
    assert {row[0] for row in rows(tmp_path / "daily", "orders", "_is_deleted")} == gone != set()
    assert {row[1] for row in rows(tmp_path / "daily", "order_lines", "_is_deleted")} == gone


def test_positions_follow_their_order_and_a_struck_one_is_marked(database: OrderDatabase, tmp_path: Path) -> None:
    load(tmp_path, settings_of(database))
    with psycopg.connect(database.admin_dsn) as shop:
        edited, struck = shop.execute(
            "select min(pos_id), max(pos_id) from shop.sales_order_positions where ord_no = "
            "(select ord_no from shop.sales_order_positions group by 1 having count(*) > 1 order by 1 limit 1)"
        ).fetchone() or (0, 0)
        shop.execute("update shop.sales_order_positions set qty = 77 where pos_id = %s", [edited])
        shop.execute("delete from shop.sales_order_positions where pos_id = %s", [struck])
        shop.execute(
            "update shop.sales_orders set last_changed = (select max(last_changed) from shop.sales_orders) "
            "where ord_no = (select ord_no from shop.sales_order_positions where pos_id = %s)",
            [edited],
        )

    load(tmp_path, settings_of(database))

    assert [row[3] for row in rows(tmp_path, "order_lines") if row[0] == str(edited)] == [Decimal(77)]
    assert [row[0] for row in rows(tmp_path, "order_lines", "_is_deleted")] == [str(struck)]


def test_a_late_commit_within_the_lag_is_not_lost(database: OrderDatabase, tmp_path: Path) -> None:
    load(tmp_path, settings_of(database))
    with psycopg.connect(database.admin_dsn) as shop:
        order_id = shop.execute(
            "update shop.sales_orders set crm_ref = 'late', last_changed = "
            "(select max(last_changed) from shop.sales_orders) - interval '50 minutes' "
            "where ord_no = (select min(ord_no) from shop.sales_orders) returning ord_no"
        ).fetchone()
    assert order_id is not None

    load(tmp_path, settings_of(database))

    assert [row[2] for row in rows(tmp_path, "orders") if row[0] == str(order_id[0])] == ["late"]


def test_another_schema_is_read_by_its_mapping(server: OrderDatabase, tmp_path: Path) -> None:
    with psycopg.connect(server.admin_dsn) as shop:
        shop.execute("create schema if not exists erp")
        shop.execute("grant usage on schema erp to revops_reader")
        shop.execute("drop table if exists erp.head")
        shop.execute(
            'create table erp.head (id text primary key, buyer text, "State Code" text, placed timestamp, '
            "gone timestamp, seq bigint)"
        )
        shop.execute("grant select on erp.head to revops_reader")
        shop.execute(
            "insert into erp.head values ('a', '', 'N', '2026-07-01 12:00', 'infinity', 1), "
            "('b,\"c\"\nd', null, 'X', '2026-01-01 12:00', null, 2)"
        )
    mapping = {
        "orders": {
            "relation": "erp.head",
            "cursor": "seq",
            "columns": {
                "order_id": "id",
                "customer_id": "buyer",
                "state": {"column": "State Code", "values": {"N": "placed"}},
                "currency": {"constant": "EUR"},
                "ordered_at": "placed",
                "cancelled_at": "gone",
            },
        }
    }
    settings = settings_of(server, tables=mapping, time_zone="Europe/Berlin", keeps_records=False)

    load(tmp_path, settings)
    first = rows(tmp_path, "orders")
    with psycopg.connect(server.admin_dsn) as shop:
        shop.execute("insert into erp.head values ('e', 'x', 'N', '2026-07-02 00:00', null, 3)")
    second = load(tmp_path, settings)

    assert first == [
        ("a", "", None, "placed", "EUR", datetime(2026, 7, 1, 10), None, None, None, False),
        ('b,"c"\nd', None, None, "X", "EUR", datetime(2026, 1, 1, 11), None, None, None, False),
    ]
    assert second.tables["orders"].received == 2, "the growing key is read from the last one on"
    assert rows(tmp_path, "customers") == []


def test_wrong_password_names_the_setting_and_keeps_the_secret(server: OrderDatabase, tmp_path: Path) -> None:
    dsn = server.overlay()["dsn"].replace(order_database.READER_PASSWORD, "not-this-one")

    with pytest.raises(CredentialsRejected) as caught:
        load(tmp_path, Settings(name="postgres_orders", dsn=dsn))

    assert "sources.postgres_orders.dsn" in caught.value.remedy
    assert "not-this-one" not in f"{caught.value} {caught.value.remedy} {caught.value.__cause__}"


@pytest.mark.parametrize(
    ("dsn", "error"),
    [
        ("postgresql://someone:hidden-word@127.0.0.1:1/orders", HostUnreachable),
        ("postgresql://someone:hidden-word@127.0.0.1:1/orders?no_such_option=1", VendorError),
    ],
)
def test_unreachable_or_misspelt_addresses_keep_the_secret(dsn: str, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        check(Settings(name="postgres_orders", dsn=dsn))

    assert "hidden-word" not in str(caught.value)


@pytest.mark.parametrize(
    ("mapping", "error", "named"),
    [
        ({"relation": "shop.nothing", "columns": {"order_id": "ord_no"}}, VendorError, "shop.nothing"),
        ({"relation": "shop.sales_orders", "columns": {"order_id": "order_no"}}, VendorError, "order_no"),
        ({"relation": "pg_catalog.pg_authid", "columns": {"order_id": "rolname"}}, CredentialsRejected, "SELECT"),
    ],
)
def test_a_mapping_that_does_not_fit_the_database_is_named(
    server: OrderDatabase, mapping: dict[str, Any], error: type[Exception], named: str
) -> None:
    with pytest.raises(error) as caught:
        check(settings_of(server, tables={"orders": mapping}))

    assert named in f"{caught.value} {caught.value.remedy}"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("tables", "named"),
    [
        ({"order": {"relation": "a", "columns": {"order_id": "id"}}}, "no such raw table"),
        ({"orders": {"relation": "a", "columns": {"order_id": "id", "colour": "c"}}}, "colour"),
        ({"orders": {"relation": "a", "columns": {"currency": "c"}}}, "key is not mapped"),
        (
            {
                "order_lines": {
                    "relation": "a",
                    "columns": {"order_line_id": "id"},
                    "parent": "orders",
                    "parent_column": "o",
                }
            },
            "no cursor to follow",
        ),
    ],
)
def test_a_mapping_that_does_not_fit_the_raw_tables_is_refused(tables: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Settings(name="postgres_orders", dsn="postgresql://x", tables=tables)


def test_check_says_who_answered(server: OrderDatabase) -> None:
    assert "as revops_reader, 7 tables readable" in check(settings_of(server))


def test_the_snapshot_is_one_for_all_tables(server: OrderDatabase, before: Facts, tmp_path: Path) -> None:
    """Rows that arrive between two tables of one run belong to the next run."""
    refill(server, before)
    settings = settings_of(server)
    streams = {stream.table.name: stream for stream in SPEC.connector.streams(settings)}
    started = datetime.now(UTC).replace(tzinfo=None)
    orders = list(streams["orders"].pages(StreamContext({}, started)))
    with psycopg.connect(server.admin_dsn) as shop:
        shop.execute("delete from shop.returns")
        shop.execute("delete from shop.sales_order_positions")
    lines = list(streams["order_lines"].pages(StreamContext({}, started)))
    refill(server, before)

    assert sum(len(page) for page in orders) == len([o for o in before.orders if o.deleted_at is None])
    assert sum(len(page) for page in lines) == sum(len(o.lines) for o in before.orders if o.deleted_at is None)
