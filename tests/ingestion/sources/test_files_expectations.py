"""The suite of mapped exports holds on every empty table and finds what it says it finds."""

from __future__ import annotations

from pathlib import Path

from expectations.runner import run_suites
from expectations.suites.raw.files import suite
from ingestion.loader import SourceLoad
from ingestion.registry import REGISTRY
from ingestion.sources.files import Settings

CONTRACT = Path(__file__).resolve().parents[3] / "dbt_project" / "models" / "intermediate"


def test_planted_faults_are_found_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text("id,country,money\n1,Germany,EUR\n2,de,usd\n3,,\n")
    (tmp_path / "deals.csv").write_text(
        "id,won,closed,at\nfine,true,true,2026-01-02\nyear,false,true,0026-01-02\nopen,true,false,\nundated,false,true,\n"
    )
    tables = [
        {
            "table": "accounts",
            "files": "accounts.csv",
            "columns": {"source_record_id": "id", "country_code": "country", "currency_code": "money"},
        },
        {
            "table": "opportunities",
            "files": "deals.csv",
            "columns": {"source_record_id": "id", "is_won": "won", "is_closed": "closed", "closed_at": "at"},
        },
    ]
    settings = Settings.model_validate(
        {"name": "exports", "path": tmp_path, "contract_dir": CONTRACT, "tables": tables}
    )
    database = tmp_path / "warehouse.duckdb"
    load = SourceLoad(REGISTRY["files"], settings, database, tmp_path / "dlt")
    load.extract()
    load.store()
    results = run_suites(
        database, {f"raw_exports.{table}": checks for table, checks in suite().items()}, tmp_path / "docs"
    )
    assert [result for result in results if result.error] == []
    assert {(result.table, result.description, result.failing_rows) for result in results if not result.passed} == {
        ("raw_exports.accounts", "Each country_code is two capital letters", 1),
        ("raw_exports.opportunities", "closed_at is between 1980 and tomorrow", 1),
        ("raw_exports.opportunities", "A won opportunity is closed", 1),
        ("raw_exports.opportunities", "A closed opportunity says when", 1),
    }
