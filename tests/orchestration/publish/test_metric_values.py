"""One long table of all numbers: totals, parts, ratios from their parts, and what a wrong catalogue entry says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from orchestration.errors import RefreshFailed
from orchestration.publish.metric_values import Metric, write_metric_values

DEFAULTS = {
    "metric_name": "spend", "table_name": "metrics.spend_monthly", "column_name": "cost",
    "period_column": "month_date", "numerator": "", "denominator": "", "unit": "money", "period_grain": "month",
    "value_filter": "", "dimensions": "", "has_total": "true", "by_dimension_table": "",
    "over_time": "sum",
}  # fmt: skip


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema metrics")
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.dim_months as select cast(month_date as date) as month_date, 2026 as fiscal_year,"
            " quarter(month_date) as fiscal_quarter, month_date < date '2026-06-01' as is_complete"
            " from range(date '2026-01-01', date '2026-07-01', interval 1 month) as t(month_date)"
        )
        connection.execute(
            "create table metrics.spend_monthly as from (values "
            "(date '2026-05-01', 'search', 10.00, 4, true), (date '2026-05-01', 'social', 5.50, 0, true), "
            "(date '2026-06-01', 'search', null, 2, false), (date '2026-06-01', 'social', 1.00, 1, false)"
            ") as t(month_date, channel, cost, clicks, is_complete)"
        )
        yield connection


def values(connection: duckdb.DuckDBPyConnection, **changes: str) -> list[tuple[Any, ...]]:
    """What the one metric described by DEFAULTS and `changes` comes to: (period, dimension value, value, complete)."""
    names = list(Metric.__dataclass_fields__)
    entry = [{**DEFAULTS, **changes}[name] for name in names]
    columns = ", ".join(f"{name} {'boolean' if name == 'has_total' else 'varchar'}" for name in names)
    connection.execute(f"create or replace table metrics.metric_catalogue ({columns})")
    connection.execute(f"insert into metrics.metric_catalogue values ({', '.join('?' * len(names))})", entry)
    write_metric_values(connection, {"metrics.spend_monthly": 0.75})
    return connection.execute(
        "select month(period_date), dimension_value, value, is_complete from metrics.metric_values order by all"
    ).fetchall()


def test_a_split_table_gives_its_parts_and_their_sum_which_is_unknown_if_a_part_is(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert values(connection, dimensions="channel") == [
        (5, "search", Decimal(10), True),
        (5, "social", Decimal("5.5"), True),
        (5, "total", Decimal("15.5"), True),
        (6, "search", None, False),
        (6, "social", Decimal(1), False),
        (6, "total", None, False),
    ]
    assert connection.execute("select distinct trust_score from metrics.metric_values").fetchall() == [
        (Decimal("0.75"),)
    ]


def test_alternatives_have_no_total(connection: duckdb.DuckDBPyConnection) -> None:
    assert {row[1] for row in values(connection, dimensions="channel", has_total="false")} == {"search", "social"}


def test_a_ratio_s_total_is_made_from_its_parts_and_null_over_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    found = values(
        connection,
        column_name="cost / clicks",
        numerator="cost",
        denominator="clicks",
        unit="ratio",
        dimensions="channel",
    )
    assert [row[2] for row in found if row[0] == 5] == [Decimal("2.5"), None, Decimal("3.875")]


def test_a_filter_picks_the_metric_s_own_rows(connection: duckdb.DuckDBPyConnection) -> None:
    found = values(connection, value_filter="channel = 'social'")
    assert [row[:3] for row in found] == [(5, "total", Decimal("5.5")), (6, "total", Decimal(1))]


def test_two_values_for_one_period_are_refused_by_name(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(RefreshFailed, match="metric spend has more than one value for 2026-0"):
        values(connection)


def test_a_column_that_is_not_there_is_refused_by_name(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(RefreshFailed, match="metric spend cannot be read"):
        values(connection, column_name="costs")


@pytest.mark.parametrize(
    ("over_time", "first", "second"),
    [
        ("sum", "9", "25"),
        ("last", "4", "16"),
        ("ratio", "0.225", "0.416667"),
        ("opening", "0.9", "2.5"),
        ("none", None, None),
    ],
)
def test_months_make_quarters_as_their_metric_says(
    connection: duckdb.DuckDBPyConnection, over_time: str, first: str | None, second: str | None
) -> None:
    """Amounts of 2, 3 and 4, then 4, 5 and 16; over 10 and twice 15, then 10, 20 and 30. The second is running."""
    connection.execute(
        "create table metrics.flows_monthly as from (values (1, 2, 10), (2, 3, 15), (3, 4, 15), (4, 4, 10), (5, 5, 20),"
        " (6, 16, 30)) as t(month_number, amount, base)"
        " select make_date(2026, month_number, 1) as month_date, amount, base, month_number < 6 as is_complete"
    )
    parts = {"numerator": "amount", "denominator": "base"} if over_time in ("ratio", "opening") else {}
    values(connection, table_name="metrics.flows_monthly", column_name="amount", over_time=over_time, **parts)
    found = connection.execute(
        "select period_date, value, is_complete from metrics.metric_values_quarterly order by all"
    ).fetchall()
    expected = [(date(2026, 1, 1), first, True), (date(2026, 4, 1), second, False)]
    assert found == [(day, Decimal(value), complete) for day, value, complete in expected if value]


def test_a_quarter_with_an_unknown_month_is_unknown(connection: duckdb.DuckDBPyConnection) -> None:
    values(connection, dimensions="channel")
    found = connection.execute("select dimension_value, value from metrics.metric_values_quarterly order by all")
    assert found.fetchall() == [("search", None), ("social", Decimal("6.5")), ("total", None)]
