"""Schema `trust`: what was checked and counted before this version was published, for readers of its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.publish.serving import escaped

if TYPE_CHECKING:
    from expectations.runner import AuditResult
    from ingestion.source import SourceReport
    from orchestration.modeling import NodeResult

_TABLES = {
    "source_loads": (
        "What this version's refresh brought, one row for each source and raw table.",
        "refreshed_at timestamp, source_instance varchar, table_name varchar, received_rows bigint, "
        "loaded_rows bigint, quarantined_rows bigint, forgotten_rows bigint, vendor_total bigint, rows_before bigint, "
        "rows_after bigint, living_rows bigint",
    ),
    "expectation_results": (
        "Every Great Expectations check of this version, one row each.",
        "refreshed_at timestamp, table_name varchar, description varchar, severity varchar, is_passed boolean, "
        "failing_rows bigint",
    ),
    "test_results": (
        "Every dbt test of this version, one row each.",
        "refreshed_at timestamp, test_name varchar, status varchar, failing_rows bigint, seconds double",
    ),
}


def write_trust(
    warehouse: Path,
    refreshed_at: datetime,
    reports: Sequence[SourceReport],
    audits: Sequence[AuditResult],
    nodes: Sequence[NodeResult],
) -> None:
    """Replace the tables of schema `trust` in `warehouse` with the outcome of this refresh."""
    rows: dict[str, list[list[Any]]] = {
        "source_loads": [
            [
                refreshed_at,
                report.instance,
                table,
                counts.received,
                counts.loaded,
                counts.quarantined,
                counts.forgotten,
                counts.vendor_total,
                counts.rows_before,
                counts.rows_after,
                counts.living_after,
            ]
            for report in reports
            for table, counts in report.tables.items()
        ],
        "expectation_results": [
            [refreshed_at, item.table, item.description, item.severity, item.passed, item.failing_rows]
            for item in audits
        ],
        "test_results": [
            [refreshed_at, node.name, node.status, node.failures, node.seconds]
            for node in nodes
            if node.resource_type == "test"
        ],
    }
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        connection.execute("create schema if not exists trust")
        for name, (comment, columns) in _TABLES.items():
            connection.execute(f"create or replace table trust.{name} ({columns})")
            connection.execute(f"comment on table trust.{name} is '{escaped(comment)}'")
            if rows[name]:
                marks = ", ".join("?" * len(rows[name][0]))
                connection.executemany(f"insert into trust.{name} values ({marks})", rows[name])
        connection.commit()
