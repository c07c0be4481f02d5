"""Which rows a part of a number is made of."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from orchestration.explaining import Number, rows_behind

COSTS = (
    "(values (1, 'smb', 'a', 'd'), (2, 'enterprise', 'b', 'd'), (3, 'unknown', 'z', 'e'), (4, null, null, null))"
    " as t(record_id, segment, customer_id, opportunity_id)"
)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            f"create schema marts; create table marts.costs as from {COSTS};"
            " create table marts.sales as select record_id, customer_id, opportunity_id from marts.costs;"
            " create table marts.bridge_customer_dimensions as from (values ('a', 'region', 'North'),"
            " ('b', 'region', 'unknown')) as t(customer_id, dimension, dimension_value);"
            " create table marts.bridge_opportunity_dimensions as from (values ('d', 'product', 'Desk'))"
            " as t(opportunity_id, dimension, dimension_value)"
        )
        yield connection


@pytest.mark.parametrize(
    ("table", "policies", "dimension", "part", "expected", "is_told"),
    [
        ("costs", "", "segment", "smb", [1], True),
        ("costs", "cac_shared_cost=new_customers", "segment", "smb", [1, 3, 4], True),
        ("sales", "", "region", "North", [1], True),
        ("sales", "", "region", "unknown", [2, 3, 4], True),
        ("sales", "", "product", "Desk", [1, 2], True),
        ("sales", "", "team_name", "Europe", [1, 2, 3, 4], False),
    ],
)
def test_rows_are_narrowed_to_a_part_where_they_tell_it(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    policies: str,
    dimension: str,
    part: str,
    expected: list[int],
    is_told: bool,
) -> None:
    """Shared cost is part of everybody's; whom nobody lists is unknown; of a dimension no row tells, all are shown."""
    rule = {"rows_table": f"marts.{table}", "rows_filter": "", "policies": policies}
    value = {"period_date": "2024-01-01", "dimension": dimension, "dimension_value": part}
    rows, is_narrowed = rows_behind(connection, Number(rule, value))
    assert sorted(row[0] for row in rows.project("record_id").fetchall()) == expected
    assert is_narrowed == is_told
