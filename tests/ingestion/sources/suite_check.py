"""What a source's raw suite says of records that a run would have brought."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb

from expectations.runner import run_suites
from ingestion.loader import declare
from ingestion.registry import REGISTRY

Found = set[tuple[str, str]]


def faults(source: str, records: dict[str, list[dict[str, Any]]], read_at: datetime, folder: Path) -> Found:
    """(table, description) of each expectation that fails; none may fail to be evaluated."""
    folder.mkdir()
    database = folder / "warehouse.duckdb"
    tables = REGISTRY[source].connector.tables(None)
    declare(database, {source: tables})
    with duckdb.connect(str(database)) as connection:
        for table in tables:
            batch, rejected = table.batch(records.get(table.name, []), read_at)
            assert rejected == []
            connection.register("batch", batch)
            connection.execute(f"insert into raw_{source}.{table.name} by name select * from batch")
            deleted = [record[table.key[0]] for record in records.get(table.name, []) if record.get("gone")]
            connection.execute(
                f"update raw_{source}.{table.name} set _is_deleted = true where list_contains(?, {table.key[0]})",
                [deleted],
            )
    suite = import_module(f"expectations.suites.raw.{source}").suite()
    results = run_suites(database, {f"raw_{source}.{name}": checks for name, checks in suite.items()}, folder / "docs")
    assert [result for result in results if result.error] == []
    assert {result.table for result in results} == {f"raw_{source}.{name}" for name in suite}
    return {(result.table.partition(".")[2], result.description) for result in results if not result.passed}
