"""The publish gate: what an audit finds at any layer stops the publication and leaves readers what they had."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import great_expectations.expectations as gxe
import pytest

from expectations.suites.rules import no_rows
from orchestration.errors import RefreshRefused
from orchestration.refresh import Refresh
from orchestration.settings import PROJECT, load_settings
from tests.end_to_end.conftest import ACCOUNTS, EXPORTS, TERMS, ExportHome


@contextmanager
def readers_keep_what_they_have(home: ExportHome) -> Iterator[None]:
    """Byte for byte the same database at the same place, with a reader connected throughout."""
    before = home.published()
    fingerprint = before.fingerprint
    reader = duckdb.connect(str(before.database), read_only=True)
    seen = reader.execute("from metrics.arr_monthly order by all").fetchall()
    assert seen
    try:
        yield
        assert home.published() == before and before.fingerprint == fingerprint
        assert reader.execute("from metrics.arr_monthly order by all").fetchall() == seen
    finally:
        reader.close()
        home.restore()


def test_too_many_malformed_records_are_refused(exports: ExportHome) -> None:
    exports.export("accounts.csv", ACCOUNTS + "".join(f"b{n},Bad {n},unknown\n" for n in range(5)))
    with readers_keep_what_they_have(exports):
        outcome = exports.refresh()
        assert outcome.code == 3, outcome.printed
        assert "Traceback" not in outcome.printed
        assert "raw_exports._extractions" in outcome.printed and "At most 5 percent" in outcome.printed
        assert "1 rows" in outcome.printed and "table_name=accounts" in outcome.printed
        assert "Readers keep the previous version" in outcome.printed


def test_a_refused_run_is_a_failed_run_in_dagster(exports: ExportHome, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the reason in its events, so that whoever watches Dagster reads what the command line printed."""
    exports.configure(exports.settings.read_text().replace('"accounts.csv"', '"no.csv"'))
    with readers_keep_what_they_have(exports):
        assert exports.refresh().code == 1
    monkeypatch.setenv("REVOPS_HOME", str(exports.path))
    with dg.DagsterInstance.from_config(str(PROJECT)) as instance:
        newest = instance.get_runs(limit=1)[0]
        assert newest.status == dg.DagsterRunStatus.FAILURE
        told = str([entry.dagster_event for entry in instance.all_logs(newest.run_id)])
        assert "no file matches `no.csv`" in told


def test_a_broken_key_is_refused(exports: ExportHome) -> None:
    """Two prices of one item that hold at once: each record fits, together they break a mart's key."""
    exports.export("terms.csv", TERMS + "t4,i2,c2,2025-05-01,,90.00,USD\n")
    with readers_keep_what_they_have(exports):
        outcome = exports.refresh()
        assert outcome.code == 3, outcome.printed
        assert "Traceback" not in outcome.printed
        assert "fct_mrr_items_monthly" in outcome.printed and "Got " in outcome.printed
        assert str(exports.path / "dbt" / "logs" / "dbt.log") in outcome.printed


def test_a_quantity_below_zero_is_refused(exports: ExportHome) -> None:
    """A cancelled contract, exported as minus three of what was sold, is no recurring revenue."""
    exports.configure(EXPORTS.replace('quantity = { constant = "1" }', 'quantity = "sold"'))
    exports.export("terms.csv", TERMS.replace("\n", ",1\n").replace("currency,1", "currency,sold")
                   + "t4,i3,c3,2025-05-01,,70.00,USD,-3\n")  # fmt: skip
    with readers_keep_what_they_have(exports):
        outcome = exports.refresh()
        assert outcome.code == 3, outcome.printed
        assert "Traceback" not in outcome.printed
        assert "raw_exports.subscription_item_terms: quantity is not negative" in outcome.printed
        assert "1 rows" in outcome.printed and "source_record_id=t4" in outcome.printed


@pytest.mark.parametrize(
    ("suite", "told"),
    [
        ([no_rows("Nobody pays", "select customer_id from batch")], "customer_id=exports:c"),
        ([gxe.ExpectColumnValuesToNotBeNull(column="no_such_column")], "could not be checked"),
        ([no_rows("Asks for what is not there", "select nothing from batch", "warning")], "could not be checked"),
    ],
    ids=["fails", "asks for a missing column", "is no SQL, though only a warning"],
)
def test_an_expectation_that_fails_or_cannot_run_blocks(
    exports: ExportHome, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, suite: list[Any], told: str
) -> None:
    """Audits a copy of the published version with one suite more."""
    monkeypatch.setenv("REVOPS_HOME", str(exports.path))
    monkeypatch.setattr("expectations.suites.mart_suites", lambda: {"marts.fct_mrr_monthly": suite})
    with (
        readers_keep_what_they_have(exports),
        Refresh(load_settings(exports.settings)) as refresh,
        pytest.raises(RefreshRefused) as refused,
    ):
        refresh.audit_marts()
    assert "marts.fct_mrr_monthly" in str(refused.value) and told in str(refused.value)
    assert "Readers keep the previous version" in refused.value.remedy


def test_a_table_that_is_gone_blocks(exports: ExportHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REVOPS_HOME", str(exports.path))
    monkeypatch.setattr(
        "expectations.suites.mart_suites", lambda: {"marts.gone": [no_rows("Is", "select 1 from batch")]}
    )
    with Refresh(load_settings(exports.settings)) as refresh, pytest.raises(RefreshRefused, match=r"marts\.gone"):
        refresh.audit_marts()
