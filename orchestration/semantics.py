"""Metrics by name, through MetricFlow's engine running in this process: no server, no command line of its own."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from orchestration.errors import RevOpsError
from orchestration.publish.serving import escaped

if TYPE_CHECKING:
    from metricflow.data_table.mf_table import MetricFlowDataTable
    from metricflow_semantics.sql.sql_bind_parameters import SqlBindParameterSet


class DuckDbClient:
    """What MetricFlow asks of an engine, answered by one DuckDB connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        from metricflow.protocols.sql_client import SqlEngine
        from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer

        self.sql_engine_type = SqlEngine.DUCKDB
        self.sql_plan_renderer = DuckDbSqlPlanRenderer()
        self._connection = connection

    def query(self, stmt: str, sql_bind_parameter_set: SqlBindParameterSet | None = None) -> MetricFlowDataTable:
        from metricflow.data_table.mf_table import MetricFlowDataTable

        found = self._connection.execute(stmt)
        names = [column[0] for column in found.description or []]
        return MetricFlowDataTable.create_from_rows(names, found.fetchall())

    def execute(self, stmt: str, sql_bind_parameter_set: SqlBindParameterSet | None = None) -> None:
        self._connection.execute(stmt)

    def dry_run(self, stmt: str, sql_bind_parameter_set: SqlBindParameterSet | None = None) -> None:
        self._connection.execute(f"explain {stmt}")

    def close(self) -> None:
        self._connection.close()

    def render_bind_parameter_key(self, bind_parameter_key: str) -> str:
        return f"${bind_parameter_key}"


class SemanticLayer:
    """The metrics of one published database, as its semantic manifest (dbt's semantic_manifest.json) defines them."""

    def __init__(self, manifest: Path, database: Path) -> None:
        from metricflow.engine.metricflow_engine import MetricFlowEngine
        from metricflow_semantics.model.dbt_manifest_parser import parse_manifest_from_dbt_generated_manifest
        from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

        logging.getLogger("metricflow").setLevel(logging.ERROR)
        parsed = parse_manifest_from_dbt_generated_manifest(manifest.read_text("utf-8"))
        self.metric_names = sorted(metric.name for metric in parsed.metrics)
        built_in = parsed.semantic_models[0].node_relation.database if parsed.semantic_models else None
        self._connection = duckdb.connect()
        self._connection.execute(f"""attach '{escaped(str(database))}' as "{built_in or "warehouse"}" (read_only)""")
        self._engine = MetricFlowEngine(SemanticManifestLookup(parsed), DuckDbClient(self._connection))

    def query(
        self, metrics: Sequence[str], group_by: Sequence[str] = (), where: Sequence[str] = ()
    ) -> duckdb.DuckDBPyRelation:
        """`metrics` grouped by dimensions such as metric_time__month, in their order, amounts as exact decimals.

        Raises RevOpsError in MetricFlow's words where it knows no such metric or dimension.
        """
        from metricflow.engine.metricflow_engine import MetricFlowQueryRequest

        request = MetricFlowQueryRequest.create(
            metric_names=list(metrics),
            group_by_names=list(group_by) or None,
            where_constraints=list(where) or None,
            order_by_names=list(group_by) or None,
        )
        try:
            statement = self._engine.explain(request).sql_statement.without_descriptions.sql
        except Exception as error:
            raise RevOpsError(
                f"MetricFlow cannot answer: {_told(error)}", f"Metrics: {', '.join(self.metric_names[:8])} …"
            ) from None
        return self._connection.sql(statement)


def _told(error: Exception) -> str:
    """The lines of MetricFlow's message that say what is wrong."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:8])[:400]
