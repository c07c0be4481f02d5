"""`metrics.metric_values`: every published number in one long table, read off the tables that the catalogue names.

Made after the audits rather than by dbt, because each value carries a trust score, which is known only then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from orchestration.errors import RefreshFailed
from orchestration.publish.quarters import write_quarters
from orchestration.publish.serving import describe

TABLE = "metrics.metric_values"
COMMENT = "Every published number: one row for each metric, period and value of a dimension."
COLUMNS = {
    "metric_name": ("varchar", "Joins metrics.metric_catalogue"),
    "period_date": ("date", "First day of the period"),
    "period_grain": ("varchar", "How long the period is, such as `month`"),
    "dimension": ("varchar", "What the value is split by; `total` for the whole company"),
    "dimension_value": ("varchar", "Which part of it; `total` for the whole company"),
    "value": ("decimal(28, 6)", "The number; NULL where it cannot be known, such as a ratio of nothing"),
    "numerator": ("decimal(28, 6)", "A ratio's numerator"),
    "denominator": ("decimal(28, 6)", "A ratio's denominator"),
    "unit": ("varchar", "money, money per day, ratio, count, days or months"),
    "is_complete": ("boolean", "False for a running period"),
    "trust_score": (
        "decimal(9, 6)",
        "0 to 1: the lowest score among the tables it is made from, see trust.table_scores",
    ),
}
_DECIMAL = "cast({} as decimal(28, 6))"


@dataclass(frozen=True)
class Metric:
    """One row of `metrics.metric_catalogue`, as far as values need it."""

    metric_name: str
    table_name: str
    column_name: str
    period_column: str
    numerator: str
    denominator: str
    unit: str
    period_grain: str
    value_filter: str
    dimensions: str
    has_total: bool
    by_dimension_table: str
    over_time: str

    @property
    def is_additive(self) -> bool:
        """Whether the parts of a dimension add up to the whole."""
        return self.unit in ("money", "count")


def write_metric_values(connection: duckdb.DuckDBPyConnection, scores: Mapping[str, float]) -> int:
    """Replace `metrics.metric_values` with what the metric tables hold now; returns the number of rows.

    `scores` gives the trust score of a metric's table. Raises RefreshFailed naming the metric whose entry in the
    catalogue does not fit its table, or gives two values for one period.
    """
    columns = ", ".join(f"{name} {type_}" for name, (type_, _) in COLUMNS.items())
    connection.execute(f"create or replace table {TABLE} ({columns})")
    for metric in catalogue(connection):
        try:
            for query in _queries(connection, metric):
                connection.execute(
                    f"insert into {TABLE} select '{metric.metric_name}', period_date, '{metric.period_grain}', "
                    f"dimension, dimension_value, value, numerator, denominator, '{metric.unit}', is_complete, ? "
                    f"from ({query})",
                    [scores.get(metric.table_name, 1)],
                )
        except duckdb.Error as error:
            raise RefreshFailed(
                f"metric {metric.metric_name} cannot be read from {metric.table_name}: {str(error).splitlines()[0]}",
                "Mend its entry under config.meta.metrics of that model.",
            ) from None
    doubled = connection.execute(
        f"select metric_name, period_date, dimension, dimension_value from {TABLE} group by all having count(*) > 1"
    ).fetchone()
    if doubled:
        raise RefreshFailed(
            f"metric {doubled[0]} has more than one value for {doubled[1]}, {doubled[2]} {doubled[3]}",
            "Give its entry under config.meta.metrics a `filter` or its `dimensions`.",
        )
    describe(connection, TABLE, COMMENT, {name: text for name, (_, text) in COLUMNS.items()})
    write_quarters(connection, {name: text for name, (_, text) in COLUMNS.items()})
    return len(connection.sql(f"from {TABLE}"))


def catalogue(connection: duckdb.DuckDBPyConnection) -> list[Metric]:
    """Every metric of the catalogue by name."""
    fields = list(Metric.__dataclass_fields__)
    rows = connection.execute(f"select {', '.join(fields)} from metrics.metric_catalogue order by 1").fetchall()
    return [Metric(*row) for row in rows]


def _queries(connection: duckdb.DuckDBPyConnection, metric: Metric) -> list[str]:
    """Queries with the columns (period_date, dimension, dimension_value, value and its parts, is_complete)."""
    where = f"where {metric.value_filter}" if metric.value_filter else ""
    columns = connection.sql(f"from {metric.table_name} limit 0").columns
    splits = [name for name in metric.dimensions.split(", ") if name]
    if splits == ["dimension"]:
        return [_plain(metric, columns, metric.table_name, "dimension", "dimension_value", where)]
    if splits:
        queries = [_grouped(metric, columns, f"'{split}'", f"cast({split} as varchar)", where) for split in splits]
        return [*queries, _grouped(metric, columns, "'total'", "'total'", where)] if metric.has_total else queries
    queries = [_plain(metric, columns, metric.table_name, "'total'", "'total'", where)]
    if metric.by_dimension_table:
        columns = connection.sql(f"from {metric.by_dimension_table} limit 0").columns
        queries.append(_plain(metric, columns, metric.by_dimension_table, "dimension", "dimension_value", where))
    return queries


def _plain(metric: Metric, columns: list[str], table: str, dimension: str, value: str, where: str) -> str:
    parts = [expression(part) for part in (metric.column_name, metric.numerator, metric.denominator)]
    measures = ", ".join(
        f"{_DECIMAL.format(part) if part else 'null'} as {name}"
        for part, name in zip(parts, ("value", "numerator", "denominator"))
    )
    return (
        f"select cast({metric.period_column} as date) as period_date, {dimension} as dimension, "
        f"{value} as dimension_value, {measures}, {_completeness(columns)} as is_complete from {table} {where}"
    )


def _grouped(metric: Metric, columns: list[str], dimension: str, value: str, where: str) -> str:
    """Rows added up: amounts as they are (unknown if a part is), ratios from their parts."""

    def total(part: str) -> str:
        return f"case when count(*) = count({part}) then sum({part}) end"

    numerator, denominator = expression(metric.numerator), expression(metric.denominator)
    if metric.is_additive:
        measures = (total(metric.column_name), "null", "null")
    else:
        measures = (f"{total(numerator)} / nullif({total(denominator)}, 0)", total(numerator), total(denominator))
    shown = ", ".join(
        f"{_DECIMAL.format(part)} as {name}" for part, name in zip(measures, ("value", "numerator", "denominator"))
    )
    return (
        f"select cast({metric.period_column} as date) as period_date, {dimension} as dimension, "
        f"{value} as dimension_value, {shown}, bool_and({_completeness(columns)}) as is_complete "
        f"from {metric.table_name} {where} group by 1, 2, 3"
    )


def _completeness(columns: list[str]) -> str:
    return "is_complete" if "is_complete" in columns else "true"


def expression(text: str) -> str:
    """A catalogue's numerator or denominator as SQL: it is written with a typographic minus sign."""
    return text.replace("−", "-").replace("×", "*")
