"""A table is as good as its worst rule, and as its weakest input."""

from __future__ import annotations

import duckdb

from orchestration.publish.scores import Check, table_scores


def scores(checks: list[Check]) -> dict[str, tuple[float, float, str]]:
    with duckdb.connect() as connection:
        connection.execute(
            "create schema raw_crm; create table raw_crm.deals as from range(8); "
            "create table raw_crm._quarantine as from (values ('deals'), ('deals')) as t(table_name); "
            "create schema marts; create table marts.deals as from range(10); create table marts.days as from range(4)"
        )
        lineage = {
            "staging.deals": {"raw_crm.deals"},
            "marts.deals": {"staging.deals", "marts.days"},
            "marts.days": set(),
        }
        return {s.table: (s.own, s.score, s.weakest) for s in table_scores(connection, lineage, checks)}


def test_quarantined_records_weigh_on_everything_made_from_them() -> None:
    found = scores([])
    assert found["raw_crm.deals"] == (0.8, 0.8, "raw_crm.deals")
    assert found["marts.deals"] == (1.0, 0.8, "raw_crm.deals")
    assert found["marts.days"] == (1.0, 1.0, "marts.days")


def test_the_worst_rule_counts_by_the_rows_that_break_it() -> None:
    found = scores([Check("marts.days", False, 3), Check("marts.days", False, 1), Check("marts.days", True, None)])
    assert found["marts.days"] == (0.25, 0.25, "marts.days")
    assert found["marts.deals"] == (1.0, 0.25, "marts.days")


def test_a_broken_rule_about_the_table_as_a_whole_weighs_as_one_of_its_rules() -> None:
    held = [Check("marts.deals", True, None)] * 3
    assert scores([*held, Check("marts.deals", False, None)])["marts.deals"] == (0.75, 0.75, "marts.deals")
