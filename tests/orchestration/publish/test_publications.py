"""What was reported stays known, and what changed since is told by cause, to the cent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.publish.publications import carry_over, record_publication, write_macros

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
FIRST, SECOND = datetime(2026, 7, 5), datetime(2026, 7, 20)
Contribution = tuple[date, str, str, float | None]
"""(period, record, currency, amount); the reporting amount follows from the currency's rate."""


class Warehouse:
    """A warehouse with one metric, revenue, whose rows are given outright."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.connection = duckdb.connect(str(file))
        self.rates = {"USD": Decimal(1), "EUR": Decimal("1.25")}
        self.policies = "reporting_currency=USD"
        for schema in ("metrics", "marts"):
            self.connection.execute(f"create schema {schema}")

    def publish(
        self, at: datetime, rows: list[Contribution], gone: dict[str, str] | None = None, changed: tuple[str, ...] = ()
    ) -> int:
        """Publish `rows`; `gone` says of a record that it was `merged` or `deleted`, `changed` ones were touched."""
        run = self.connection.execute
        run("create or replace table metrics.metric_catalogue (metric_name varchar, policies varchar)")
        run("insert into metrics.metric_catalogue values ('revenue', ?)", [self.policies])
        run(
            "create or replace table marts.fct_metric_contributions (metric_name varchar, period_date date, "
            "record_type varchar, record_id varchar, currency_code varchar, amount decimal(18, 2), "
            "reporting_rate decimal(18, 8), amount_reporting decimal(18, 2))"
        )
        for period, record, currency, amount in rows:
            run(
                "insert into marts.fct_metric_contributions "
                "select 'revenue', $1, 'invoices', $2, $3, $4, $5, round($4::decimal(18, 2) * $5::decimal(18, 8), 2)",
                [period, record, currency, amount, self.rates[currency]],
            )
        run(
            "create or replace table marts.dim_source_records (record_type varchar, record_id varchar, "
            "is_merged bool, updated_at timestamp)"
        )
        known = {record for _, record, _, _ in rows} | {
            record for record, fate in (gone or {}).items() if fate == "merged"
        }
        for record in known:
            fate = (gone or {}).get(record)
            touched = at if record in changed else datetime(2026, 1, 1)
            run(
                "insert into marts.dim_source_records values ('invoices', ?, ?, ?)", [record, fate == "merged", touched]
            )
        run(
            "create or replace table metrics.metric_values as "
            "select metric_name, period_date, 'total' as dimension, 'total' as dimension_value, "
            "cast(sum(amount_reporting) as decimal(28, 6)) as value, cast(null as decimal(28, 6)) as numerator, "
            "cast(null as decimal(28, 6)) as denominator, period_date < ? as is_complete "
            "from marts.fct_metric_contributions group by all",
            [at.date().replace(day=1)],
        )
        return record_publication(self.connection, at, at, {"policies": self.policies})

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def causes(self) -> dict[tuple[date, str], Decimal]:
        found = self.rows("select period_date, cause, amount from publications.metric_restatements")
        return {(period, cause): amount for period, cause, amount in found}


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    yield warehouse
    warehouse.connection.close()


def test_each_cause_is_told_apart(warehouse: Warehouse) -> None:
    warehouse.publish(
        FIRST,
        [
            (MAY, "steady", "USD", 10), (MAY, "mended", "USD", 20), (MAY, "erased", "USD", 30),
            (MAY, "joined", "USD", 40), (JUNE, "in euros", "EUR", 100), (JULY, "running", "USD", 5),
        ],
    )  # fmt: skip
    assert warehouse.causes() == {}
    warehouse.rates["EUR"] = Decimal("1.20")
    warehouse.publish(
        SECOND,
        [
            (MAY, "steady", "USD", 10), (MAY, "mended", "USD", 23), (MAY, "late", "USD", 7),
            (JUNE, "in euros", "EUR", 110), (JULY, "running", "USD", 9),
        ],
        gone={"erased": "deleted", "joined": "merged"},
    )  # fmt: skip
    assert warehouse.causes() == {
        (MAY, "correction"): Decimal(3),
        (MAY, "deletion"): Decimal(-30),
        (MAY, "merge"): Decimal(-40),
        (MAY, "late_arrival"): Decimal(7),
        (JUNE, "fx"): Decimal(-5),
        (JUNE, "correction"): Decimal(12),
        (JULY, "period_in_progress"): Decimal(4),
    }


def test_a_changed_policy_is_not_a_correction_unless_the_record_changed_too(warehouse: Warehouse) -> None:
    warehouse.publish(FIRST, [(MAY, "untouched", "USD", 10), (MAY, "touched", "USD", 10)])
    warehouse.policies = "reporting_currency=USD; refunds=restate"
    warehouse.publish(SECOND, [(MAY, "untouched", "USD", 8), (MAY, "touched", "USD", 7)], changed=("touched",))
    assert warehouse.causes() == {(MAY, "policy_change"): Decimal(-2), (MAY, "correction"): Decimal(-3)}


def test_any_two_publications_are_bridged_and_every_value_is_kept(warehouse: Warehouse) -> None:
    days = [datetime(2026, 7, day) for day in (5, 6, 7)]
    amounts = [(10.0, 5.0), (12.5, 5.0), (11.0, 6.0)]
    for day, (may, june) in zip(days, amounts):
        warehouse.publish(day, [(MAY, "a", "USD", may), (JUNE, "b", "USD", june)])
    write_macros(warehouse.connection)
    for earlier in (1, 2, 3):
        reported = warehouse.rows(f"select period_date, value from publications.as_reported({earlier}) order by 1")
        assert reported == [(MAY, Decimal(str(amounts[earlier - 1][0]))), (JUNE, Decimal(str(amounts[earlier - 1][1])))]
        for later in range(earlier + 1, 4):
            bridge = dict(
                warehouse.rows(
                    f"select period_date, sum(amount) from publications.bridge({earlier}, {later}) group by 1"
                )
            )
            for place, period in enumerate((MAY, JUNE)):
                difference = Decimal(str(amounts[later - 1][place])) - Decimal(str(amounts[earlier - 1][place]))
                assert bridge.get(period, Decimal(0)) == difference


def test_a_ratio_is_bridged_by_what_its_parts_did(warehouse: Warehouse) -> None:
    """Of 40 deals 10 were won, then 15 of 50. A capped score has no parts."""
    warehouse.publish(FIRST, [(MAY, "a", "USD", 10)])
    warehouse.publish(SECOND, [(MAY, "a", "USD", 10)])
    insert = "insert into publications.metric_values values "
    for name, values in (("win_rate", ((0.25, 10, 40), (0.3, 15, 50))), ("capped", ((0, 50, 40), (0.2, 40, 50)))):
        for number, (value, won, closed) in enumerate(values, start=1):
            row = f"('{name}', date '{MAY}', 'total', 'total', {value}, {won}, {closed}, true, '', {number}, {number})"
            warehouse.connection.execute(insert + row)
    write_macros(warehouse.connection)
    assert warehouse.rows(
        "select metric_name, value_now - value_then, numerator_effect, denominator_effect "
        "from publications.ratio_bridge(1, 2)"
    ) == [
        ("capped", Decimal("0.2"), None, None),
        ("win_rate", Decimal("0.05"), Decimal("0.125"), Decimal("-0.075")),
    ]


def test_publishing_the_same_again_adds_no_value(warehouse: Warehouse) -> None:
    for day in (FIRST, SECOND):
        warehouse.publish(day, [(MAY, "a", "USD", 10)])
    assert warehouse.rows("select first_publication_id, last_publication_id from publications.metric_values") == [
        (1, None)
    ]
    assert warehouse.causes() == {}


def test_reading_everything_anew_keeps_the_history(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.publish(FIRST, [(MAY, "a", "USD", 10)])
    warehouse.connection.close()
    carry_over(warehouse.file, tmp_path / "anew.duckdb")
    anew = duckdb.connect(str(tmp_path / "anew.duckdb"))
    tables = anew.execute("select schema_name, table_name from duckdb_tables() order by all").fetchall()
    assert {schema for schema, _ in tables} == {"history", "publications"}
    assert anew.execute("select value from publications.metric_values").fetchall() == [(Decimal(10),)]
    anew.close()
