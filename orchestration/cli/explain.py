"""`revops explain`: a number, its rule, and the rows it comes from."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import click

from orchestration.cli.tables import show
from orchestration.errors import RevOpsError

if TYPE_CHECKING:
    import duckdb

LABELS = (
    ("Formula", "formula"),
    ("Numerator", "numerator"),
    ("Denominator", "denominator"),
    ("Grain", "grain"),
    ("Owner", "owner_role"),
    ("Indicator", "indicator"),
    ("Policies", "policies"),
    ("Published in", "table_name"),
)


@click.command()
@click.argument("metric", required=False)
@click.option("--period", help="First day of the period, such as 2026-10-01; default: the last complete one.")
@click.option("--rows", "limit", type=click.IntRange(min=0), default=10, show_default=True, help="Rows to show.")
def explain(metric: str | None, period: str | None, limit: int) -> None:
    """Show a published number with its formula, its policies and the rows behind it. Without METRIC: list all."""
    import duckdb

    from orchestration.publish.reading import open_published

    with open_published() as connection:
        if metric is None:
            show(
                connection.sql(
                    "select metric_name, title, unit, grain, owner_role, indicator "
                    "from metrics.metric_catalogue order by metric_name"
                )
            )
            return
        rule = _rule(connection, metric)
        try:
            value = _value(connection, rule, period)
        except duckdb.ConversionException:
            raise RevOpsError(f"`{period}` is not a day", "Write it like 2026-10-01.") from None
        if value is None or value["value"] is None:
            _explain_absence(connection, metric)
        if value is None:
            raise RevOpsError(f"{metric} has no value for {period or 'any complete period'}", "Try another --period.")
        click.secho(f"{rule['title']}: {value['value']} ({rule['unit']}, {value['period']})\n", bold=True)
        for label, key in LABELS:
            if rule[key]:
                known = f" = {value[key]}" if key in value else ""
                click.echo(f"{label:<14}{rule[key]}{known}")
        rows = connection.sql(f"select * from {rule['rows_table']}").filter(
            str(rule["rows_filter"] or "true").replace("{period}", f"date '{value['period']}'")
        )
        click.echo(f"\n{len(rows):,} rows of {rule['rows_table']} make it up; the first {min(limit, len(rows))}:")
        show(rows.limit(limit))


def _rule(connection: duckdb.DuckDBPyConnection, metric: str) -> dict[str, Any]:
    """The catalogue's entry of `metric`; RevOpsError with the nearest name otherwise."""
    catalogue = {row["metric_name"]: row for row in _records(connection.sql("from metrics.metric_catalogue"))}
    if metric not in catalogue:
        near = difflib.get_close_matches(metric, list(catalogue), n=1)
        raise RevOpsError(
            f"there is no metric called `{metric}`",
            f"Did you mean `{near[0]}`?" if near else "List them with `revops explain`.",
        )
    return catalogue[metric]


def _explain_absence(connection: duckdb.DuckDBPyConnection, metric: str) -> None:
    """Raise RevOpsError with the reasons where an input of `metric` is missing."""
    missing = connection.execute(
        "select reason from metrics.metric_availability where metric_name = ? and not is_met order by need", [metric]
    ).fetchall()
    if missing:
        raise RevOpsError(
            f"{metric} is empty: " + "; ".join(reason for (reason,) in missing),
            "Fill the table from a source or from files (docs/files.md), or give the setting.",
        )


def _value(connection: duckdb.DuckDBPyConnection, rule: dict[str, Any], period: str | None) -> dict[str, Any] | None:
    """The metric's value, with its parts where they are columns, for `period` or the last complete one.

    A table with a finer grain than the period is added up: amounts as they are, a ratio from its parts.
    """
    table = connection.sql(f"from {rule['table_name']}")
    known = [key for key in ("numerator", "denominator") if rule[key] in table.columns]
    total = f"sum({rule['column_name']})"
    if rule["unit"] == "ratio":
        total = f"case when count(*) = 1 then any_value({rule['column_name']}) end"
        if len(known) == 2:
            total = f"coalesce({total}, sum({rule['numerator']}) / nullif(sum({rule['denominator']}), 0))"
    parts = [f"{total} as value", f"{rule['period_column']} as period"]
    parts += [f"sum({rule[key]}) as {key}" for key in known]
    where = f"{rule['period_column']} = cast(? as date)" if period else "true"
    if not period and "is_complete" in table.columns:
        where = "is_complete"
    found = connection.sql(
        f"select {', '.join(parts)} from {rule['table_name']} where {where} group by period "
        "order by period desc limit 1",
        params=[period] if period else [],
    )
    rows = _records(found)
    return rows[0] if rows else None


def _records(relation: duckdb.DuckDBPyRelation) -> list[dict[str, Any]]:
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
