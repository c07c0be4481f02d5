"""The runner tells data that fails from expectations that cannot be checked, and names rows without naming people."""

from __future__ import annotations

from pathlib import Path

import duckdb
import great_expectations
import great_expectations.expectations as gxe
import pytest

from expectations import context
from expectations.runner import AuditResult, expectation_name, run_suites
from expectations.suites.raw import every_dataset


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "w.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.deals as "
            "select 'd' || i as deal_id, i - 2 as amount, 'p' || i || '@x.example' as email from range(10) t(i)"
        )
        connection.execute("create table marts.nothing (deal_id varchar, amount integer)")
    return path


def check(database: Path, table: str, *expectations: gxe.Expectation) -> list[AuditResult]:
    return run_suites(database, {table: list(expectations)}, database.parent / "docs")


def test_passing_failing_and_broken_are_told_apart(database: Path) -> None:
    results = check(
        database,
        "marts.deals",
        gxe.ExpectColumnValuesToBeBetween(column="amount", min_value=-2, max_value=7, severity="critical"),
        gxe.UnexpectedRowsExpectation(
            description="No negative deals",
            unexpected_rows_query="select * from {batch} where amount < 0",
            severity="critical",
        ),
        gxe.UnexpectedRowsExpectation(
            description="Misspelt",
            unexpected_rows_query="select * from {batch} where amont < 0",
            severity="warning",
        ),
    )
    by_name = {result.name: result for result in results}
    assert by_name["column_values_to_be_between_amount"].passed
    negative = by_name["no_negative_deals"]
    assert (negative.passed, negative.failing_rows, negative.blocks) == (False, 2, True)
    assert negative.sample == [{"deal_id": "d0"}, {"deal_id": "d1"}]
    broken = by_name["misspelt"]
    assert not broken.passed
    assert broken.error is not None and "amont" in broken.error
    assert broken.blocks, "an expectation that cannot be evaluated blocks whatever its severity"


def test_a_warning_does_not_block(database: Path) -> None:
    (result,) = check(
        database, "marts.deals", gxe.ExpectColumnValuesToBeBetween(column="amount", min_value=0, severity="warning")
    )
    assert not result.passed and not result.blocks and result.failing_rows == 2


def test_a_missing_table_is_an_error(database: Path) -> None:
    (result,) = check(database, "marts.gone", gxe.ExpectColumnValuesToBeBetween(column="amount", min_value=0))
    assert result.error is not None and result.blocks


def test_an_empty_table_passes(database: Path) -> None:
    results = check(
        database,
        "marts.nothing",
        gxe.ExpectColumnValuesToBeBetween(column="amount", min_value=0),
        gxe.UnexpectedRowsExpectation(description="x", unexpected_rows_query="select * from {batch} where amount < 0"),
    )
    assert [result.passed for result in results] == [True, True]


def test_the_database_is_free_afterwards_and_the_docs_are_there(database: Path) -> None:
    check(database, "marts.deals", gxe.ExpectColumnValuesToBeBetween(column="amount", min_value=-5))
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table marts.more (x integer)")
    page = database.parent / "docs" / "index.html"
    assert "marts.deals" in page.read_text()


def test_running_twice_adds_nothing_but_a_validation(database: Path) -> None:
    expectation = gxe.ExpectColumnValuesToBeBetween(column="amount", min_value=-5)
    assert len(check(database, "marts.deals", expectation)) == 1
    again = gxe.ExpectColumnValuesToBeBetween(column="amount", min_value=-5)
    assert len(check(database, "marts.deals", again)) == 1


def test_without_the_patch_duckdb_results_are_lost(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from great_expectations.execution_engine import sqlalchemy_execution_engine as engine

    unpatched = tuple(
        name for name in engine._PERSISTED_CONNECTION_DIALECTS if getattr(name, "value", name) != "duckdb"
    )
    monkeypatch.setattr(engine, "_PERSISTED_CONNECTION_DIALECTS", unpatched)
    monkeypatch.setattr(context, "keep_duckdb_connections", lambda: None)
    (result,) = check(database, "marts.deals", gxe.ExpectColumnValuesToBeBetween(column="amount", min_value=-5))
    assert result.error is not None, "the patch is no longer needed: remove it"


def test_another_release_is_refused_until_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(great_expectations, "__version__", "9.9.9")
    with pytest.raises(RuntimeError, match="PATCHED_FOR"):
        context.keep_duckdb_connections()


def test_names_are_fit_for_asset_checks() -> None:
    for expectations in every_dataset.suite().values():
        names = [expectation_name(expectation) for expectation in expectations]
        assert len(set(names)) == len(names)
        assert all(name.replace("_", "").isalnum() for name in names)
