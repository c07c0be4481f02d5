"""One long table of all numbers: totals, parts, ratios from their parts, and what a wrong catalogue entry says."""

from __future__ import annotations

from collections.abc import Iterator
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
}  # fmt: skip


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema metrics")
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
