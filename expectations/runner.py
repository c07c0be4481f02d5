"""Runs suites against one database and says, for each expectation, whether it held and which rows broke it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from expectations.context import auditing

if TYPE_CHECKING:
    import great_expectations.expectations as gxe

Suites = Mapping[str, Sequence["gxe.Expectation"]]
"""`schema.table` → what must hold of it."""

SHOWN_ROWS = 5


@dataclass(frozen=True)
class AuditResult:
    """One expectation, checked once. `error` is set when it could not be evaluated, which never counts as passing."""

    table: str
    name: str
    description: str
    severity: str
    passed: bool
    failing_rows: int | None = None
    error: str | None = None
    sample: list[dict[str, str]] = field(default_factory=list)
    """Up to five failing rows, identifying columns only: never names, addresses or amounts."""

    @property
    def blocks(self) -> bool:
        """Whether this result forbids publishing: a critical expectation that failed, or any that could not run."""
        return not self.passed and (self.severity == "critical" or self.error is not None)


def run_suites(database: Path, suites: Suites, site: Path) -> list[AuditResult]:
    """Check `suites` against `database` (read-only) and write the outcome as Data Docs to the folder `site`.

    A table that does not exist is an error of each of its expectations, not a pass. The pages hold counts, no values:
    what a column contains may be personal.
    """
    import great_expectations as gx

    results: list[AuditResult] = []
    with auditing(database, site) as (context, datasource):
        definitions = {}
        for table, expectations in suites.items():
            if not expectations:
                continue
            asset = datasource.add_query_asset(name=table, query=f"select * from {_quoted(table)}")
            definitions[table] = context.validation_definitions.add_or_update(
                gx.ValidationDefinition(
                    name=table,
                    data=asset.add_batch_definition_whole_table("all rows"),
                    suite=context.suites.add_or_update(
                        gx.ExpectationSuite(name=table, expectations=[copy(item) for item in expectations])
                    ),
                )
            )
        if definitions:
            checkpoint = context.checkpoints.add_or_update(
                gx.Checkpoint(
                    name=site.name,
                    validation_definitions=list(definitions.values()),
                    result_format={"result_format": "BASIC", "partial_unexpected_count": 0},
                )
            )
            outcome = checkpoint.run()
            for table, validation in zip(definitions, outcome.run_results.values(), strict=True):
                results += [_result(table, item) for item in validation.results]
            context.build_data_docs()
    return [_with_sample(database, result, suites) for result in results]


def _result(table: str, item: Any) -> AuditResult:
    config = item.expectation_config
    error = _error(item.exception_info)
    failing = item.result.get("unexpected_count")
    if failing is None and config.type == "unexpected_rows_expectation":
        failing = item.result.get("observed_value")
    return AuditResult(
        table=table,
        name=_name(config),
        description=config.description or _name(config).replace("_", " "),
        severity=str(getattr(config.severity, "value", config.severity)),
        passed=bool(item.success) and error is None,
        failing_rows=int(failing) if isinstance(failing, int | float) else None,
        error=error,
    )


def expectation_name(expectation: gxe.Expectation) -> str:
    """A short name for one expectation, unique within its table: `column_values_to_be_between_amount`."""
    return _name(expectation.configuration)


def _name(config: Any) -> str:
    column = config.kwargs.get("column")
    if config.type != "unexpected_rows_expectation":
        return f"{config.type.removeprefix('expect_')}_{column}" if column else str(config.type.removeprefix("expect_"))
    words = (config.description or config.kwargs.get("unexpected_rows_query", "rows")).lower()
    return "_".join("".join(c if c.isalnum() else " " for c in words).split())[:80]


def _error(info: Mapping[str, Any] | None) -> str | None:
    """The first exception in Great Expectations' record of one evaluation, which is flat or keyed by metric."""
    if not info:
        return None
    entries = [info] if "raised_exception" in info else list(info.values())
    for entry in entries:
        if isinstance(entry, Mapping) and (entry.get("raised_exception") or entry.get("exception_message")):
            return str(entry.get("exception_message")).split("\n")[0][:300]
    return None


def _with_sample(database: Path, result: AuditResult, suites: Suites) -> AuditResult:
    if result.passed or result.error:
        return result
    for expectation in suites[result.table]:
        config = expectation.configuration
        if _name(config) == result.name and config.type == "unexpected_rows_expectation":
            batch = f"(select * from {_quoted(result.table)}) as batch"
            query = config.kwargs["unexpected_rows_query"].format(batch=batch)
            with duckdb.connect(str(database), read_only=True) as connection:
                cursor = connection.execute(f"select * from ({query}) limit {SHOWN_ROWS}")
                names = [column[0] for column in cursor.description or []]
                rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            sample = [{k: str(v) for k, v in row.items() if _identifies(k)} for row in rows]
            return AuditResult(**{**result.__dict__, "sample": sample})
    return result


def _identifies(column: str) -> bool:
    return column in ("id", "month", "day", "metric", "field_name", "table_name", "reason", "source_instance") or (
        column.endswith(("_id", "_date", "_month"))
    )


def _quoted(table: str) -> str:
    return ".".join(f'"{part}"' for part in table.split("."))
