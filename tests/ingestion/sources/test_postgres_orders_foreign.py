"""Order databases that the project did not design are read by settings alone, as the README gives them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from ingestion.errors import VendorError
from ingestion.loader import SourceLoad
from ingestion.registry import REGISTRY
from ingestion.sandbox.postgres import TemporaryPostgres
from ingestion.source import SourceReport
from ingestion.sources.postgres_orders import Settings, check
from tests.ingestion.sources import foreign_orders

SPEC = REGISTRY["postgres_orders"]
DATABASE = "foreign_orders"
DATABASES = ("Northwind", "An ERP")
MAPPED = ("customers", "products", "orders", "order_lines")
Rows = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def server() -> Iterator[TemporaryPostgres]:
    with TemporaryPostgres() as server:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            # Old enough to be in the encoding of its country.
            connection.execute(f"create database {DATABASE} encoding 'LATIN9' locale 'C' template template0")
        yield server


@pytest.fixture
def foreign(server: TemporaryPostgres) -> Iterator[psycopg.Connection]:
    """The owner's connection to both databases as they were designed and filled."""
    with psycopg.connect(server.dsn(database=DATABASE), autocommit=True) as connection:
        foreign_orders.create(connection)
        yield connection
        foreign_orders.drop(connection)


def settings_of(server: TemporaryPostgres, database: str, **changes: Any) -> Settings:
    dsn = foreign_orders.reader(server.dsn(database=DATABASE))
    return Settings(name="postgres_orders", dsn=dsn, **{**foreign_orders.mapping(database), **changes})


def load(folder: Path, settings: Settings) -> SourceReport:
    run = SourceLoad(SPEC, settings, folder / "w.duckdb", folder / "dlt")
    run.extract()
    return run.store()


def rows(folder: Path, columns: str, table: str, where: str = "not _is_deleted") -> Rows:
    with duckdb.connect(str(folder / "w.duckdb"), read_only=True) as connection:
        return connection.execute(
            f"select {columns} from raw_postgres_orders.{table} where {where} order by all"
        ).fetchall()


def contents(folder: Path) -> dict[str, Rows]:
    """All rows, those marked as deleted too, without what tells of the run."""
    return {table: rows(folder, "* exclude (_extracted_at, _dlt_load_id)", table, "true") for table in MAPPED}


def test_northwind_is_read_as_it_is(server: TemporaryPostgres, foreign: psycopg.Connection, tmp_path: Path) -> None:
    report = load(tmp_path, settings_of(server, "Northwind"))

    assert rows(tmp_path, "customer_id, name, country", "customers") == [
        ("ALFKI", "Alfreds Futterkiste", "DE"), ("AROUT", "Around the Horn", "GB"),
        ("ZZ", "Shorter than its column", None), ("ÉPICÉ", 'Épicerie "du Port", sœurs', "FR"),
    ]  # fmt: skip
    assert rows(tmp_path, "product_id, family, list_price, currency", "products") == [
        ("11", "4", Decimal(21), "USD"), ("42", "5", Decimal(14), "USD"), ("72", "4", Decimal("34.8"), "USD"),
    ]  # fmt: skip
    assert rows(tmp_path, "order_id, customer_id, state, currency, ordered_at, changed_at", "orders") == [
        ("10248", "ALFKI", "shipped", "USD", datetime(1996, 7, 4, 7), None),
        ("10249", "AROUT", "shipped", "USD", datetime(1996, 7, 5, 7), None),
        ("10250", "ÉPICÉ", "placed", "USD", datetime(1996, 12, 8, 8), None),
        ("10251", "ZZ", "placed", "USD", datetime(1997, 3, 30, 8), None),
        ("10252", "ZZ", "placed", "USD", datetime(1997, 3, 31, 8), None),
    ]
    lines = "order_line_id, order_id, product_id, quantity, unit_amount, discount_amount"
    assert rows(tmp_path, lines, "order_lines") == [
        (f"{order}:{product}", str(order), str(product), quantity, Decimal(price), Decimal(discount))
        for order, product, quantity, price, discount in (
            (10248, 11, 12, "14", "0"), (10248, 42, 10, "9.8", "0"), (10248, 72, 5, "34.8", "0"),
            (10249, 11, 9, "18.6", "25.11"), (10249, 72, 40, "42.4", "84.8"),
            (10250, 42, 10, "7.7", "19.25"), (10250, 72, 3, "16.95", "5.085"), (10252, 72, 1, "2", "2"),
        )
    ]  # fmt: skip
    assert rows(tmp_path, "_record ->> '$.freight'", "orders", "order_id = '10248'") == [("32.38",)]
    assert all(report.tables[table].vendor_total == report.tables[table].living_after for table in MAPPED)


def test_an_erp_is_read_as_it_is(server: TemporaryPostgres, foreign: psycopg.Connection, tmp_path: Path) -> None:
    report = load(tmp_path, settings_of(server, "An ERP"))

    assert rows(tmp_path, "customer_id, name, country", "customers") == [
        ("001:4711", "Müller & Söhne", "DE"), ("002:4711", "Another 4711", "AT"),
    ]  # fmt: skip
    assert rows(tmp_path, "order_id, customer_id, state, currency, ordered_at, cancelled_at", "orders") == [
        # The night of the 31st of March has no 02:30 in Berlin; PostgreSQL takes it for 03:30.
        ("001:A%3A2", "001:4711", "shipped", "EUR", datetime(2024, 3, 31, 1, 30), None),
        ("001:A-1", "001:4711", "placed", "EUR", datetime(2024, 2, 29, 22, 59, 59), None),
        ("002:A-1", "002:4711", "cancelled", "CHF", datetime(2024, 6, 30, 22), datetime(2024, 7, 1, 22)),
        ("002:A-3", "002:4711", "placed", "CHF", datetime(2024, 7, 2, 10), None),
    ]
    lines = "order_line_id, order_id, product_id, quantity, unit_amount, discount_amount, tax_amount"
    assert rows(tmp_path, lines, "order_lines") == [
        (key, key.rsplit(":", 1)[0], product, *(None if text is None else Decimal(text) for text in amounts))
        for key, product, *amounts in (
            ("001:A%3A2:1", "X/1", "1", "1000000.01", "5000.00005", "0"),
            ("001:A-1:1", "X/1", "3", "19.99", "5.997", "10.26"), ("001:A-1:2", "X/2", "0.5", "0.05", None, None),
            ("002:A-1:1", "X/1", "2", "2.5", "1.6665", "0"), ("002:A-3:1", "X/2", "7", "0.01", "0", "0"),
        )
    ]  # fmt: skip
    assert all(report.tables[t].vendor_total == report.tables[t].living_after for t in MAPPED if t != "products")


@pytest.mark.parametrize("database", DATABASES)
def test_a_second_run_changes_nothing(
    server: TemporaryPostgres, foreign: psycopg.Connection, tmp_path: Path, database: str
) -> None:
    load(tmp_path, settings_of(server, database))
    first = contents(tmp_path)

    report = load(tmp_path, settings_of(server, database))

    assert contents(tmp_path) == first
    if database == "An ERP":
        assert (report.tables["orders"].received, report.tables["order_lines"].received) == (1, 1)


@pytest.mark.parametrize(
    ("database", "received", "gone"),
    [
        ("Northwind", (5, 7), (["10252"], ["10249:11", "10252:72"])),
        ("An ERP", (3, 4), (["001:A%3A2"], ["001:A%3A2:1"])),
    ],
)
def test_a_later_run_equals_a_full_load_and_marks_what_was_deleted(
    server: TemporaryPostgres,
    foreign: psycopg.Connection,
    tmp_path: Path,
    database: str,
    received: tuple[int, int],
    gone: tuple[list[str], list[str]],
) -> None:
    load(tmp_path / "daily", settings_of(server, database))
    foreign_orders.change(foreign)

    report = load(tmp_path / "daily", settings_of(server, database))
    load(tmp_path / "full", settings_of(server, database))

    for table, living in contents(tmp_path / "full").items():
        found = rows(tmp_path / "daily", "* exclude (_extracted_at, _dlt_load_id)", table)
        assert found == living, table
    assert (report.tables["orders"].received, report.tables["order_lines"].received) == received
    assert [key for (key,) in rows(tmp_path / "daily", "order_id", "orders", "_is_deleted")] == gone[0]
    assert [key for (key,) in rows(tmp_path / "daily", "order_line_id", "order_lines", "_is_deleted")] == gone[1]


def orders(**columns: Any) -> dict[str, Any]:
    return {"orders": {"relation": 'ERP."Beleg.Kopf"', "columns": {"order_id": "BelegNr", **columns}}}


def test_check_reads_every_mapped_table(server: TemporaryPostgres, foreign: psycopg.Connection) -> None:
    assert "4 tables readable" in check(settings_of(server, "Northwind"))
    assert "3 tables readable" in check(settings_of(server, "An ERP"))


@pytest.mark.parametrize(
    ("tables", "named"),
    [
        (orders(customer_id={"columns": ["Mandant", "Kunde"]}), "no column Kunde"),
        ({"orders": {**orders()["orders"], "cursor": "BelegDatum"}}, "tables.orders.cursor"),
        ({"orders": {**orders()["orders"], "relation": "ERP.Beleg_Kopf"}}, "ERP.Beleg_Kopf"),
    ],
)
def test_a_mapping_that_does_not_fit_the_database_is_named(
    server: TemporaryPostgres, foreign: psycopg.Connection, tables: dict[str, Any], named: str
) -> None:
    with pytest.raises(VendorError) as caught:
        check(settings_of(server, "An ERP", tables=tables))

    assert named in f"{caught.value} {caught.value.remedy}"


def test_a_date_that_is_none_is_refused_and_can_be_declared_missing(
    server: TemporaryPostgres, foreign: psycopg.Connection, tmp_path: Path
) -> None:
    foreign.execute("""update "ERP"."Beleg.Kopf" set "StornoDatum" = '99999999' where "Version" = 101""")
    cancelled = {"column": "StornoDatum", "format": "YYYYMMDD", "missing": ["00000000"]}

    with pytest.raises(VendorError) as caught:
        load(tmp_path / "refused", settings_of(server, "An ERP", tables=orders(cancelled_at=cancelled)))
    cancelled["missing"] = ["00000000", "99999999"]
    load(tmp_path / "read", settings_of(server, "An ERP", tables=orders(cancelled_at=cancelled)))

    assert "`missing`" in caught.value.remedy
    found = rows(tmp_path / "read", "cancelled_at", "orders", "cancelled_at is not null")
    assert found == [(datetime(2024, 7, 1, 22),)]


@pytest.mark.parametrize(
    ("tables", "named"),
    [
        (orders(state={"column": "Status", "decimals": 2}), "tables.orders.columns.state.decimals"),
        (orders(state={"column": "Status", "format": "YYYY"}), "tables.orders.columns.state.format"),
        (orders(ordered_at={"columns": ["BelegDatum", "BelegZeit"]}), "tables.orders.columns.ordered_at.columns"),
        (orders(state={"column": "Status", "constant": "placed"}), "either `column`, `columns` or `constant`"),
        (orders(state={"columns": ["Status"]}), "two or more"),
        (orders(state={"columns": ["Mandant", "Status"], "otherwise": "placed"}), "`otherwise` needs `column`"),
        (orders(currency={"constant": "EUR", "null": "USD"}), "`constant` stands alone"),
        ({"orders": {**orders()["orders"], "relation": 'ERP."Beleg'}}, "schema.table"),
        (
            {
                "orders": {
                    "relation": "a",
                    "cursor": "v",
                    "columns": {"order_id": {"columns": ["company", "number"]}},
                },
                "order_lines": {
                    "relation": "b",
                    "parent": "orders",
                    "parent_column": "number",
                    "columns": {"order_line_id": "id"},
                },
            },
            "parent_column: .*company, number",
        ),
    ],
)
def test_a_mapping_that_means_nothing_is_refused(tables: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Settings(name="postgres_orders", dsn="postgresql://x", tables=tables)
