"""`revops explain`: a number, its rule, and the rows it comes from."""

from __future__ import annotations

from typing import Any

import click

from orchestration.errors import RevOpsError


@click.command()
@click.argument("metric", required=False)
@click.option("--period", help="First day of the period, such as 2026-10-01; default: the last complete one.")
@click.option("--rows", "limit", type=int, default=10, show_default=True, help="How many contributing rows to show.")
def explain(metric: str | None, period: str | None, limit: int) -> None:
    """Show a published number with its formula, its policies and the rows behind it. Without METRIC: list all."""
    import difflib

    import duckdb
    from rich.console import Console
    from rich.table import Table

    from orchestration.publish.reading import open_published

    console = Console()
    with open_published() as connection:
        catalogue = _records(connection.execute("select * from metrics.metric_catalogue order by metric_name"))
        by_name = {row["metric_name"]: row for row in catalogue}
        if metric is None:
            columns = ("metric_name", "title", "unit", "grain", "owner_role", "indicator")
            table = Table(box=None, padding=(0, 2, 0, 0))
            for name in columns:
                table.add_column(name)
            for row in catalogue:
                table.add_row(
                    *(str(row[name]) for name in ("metric", "title", "unit", "grain", "owner_role", "indicator"))
                )
            console.print(table)
            return
        if metric not in by_name:
            near = difflib.get_close_matches(metric, list(by_name), n=1)
            raise RevOpsError(
                f"there is no metric called `{metric}`",
                f"Did you mean `{near[0]}`?" if near else "List them with `revops explain`.",
            )
        rule = by_name[metric]
        try:
            value = _value(connection, rule, period)
        except duckdb.ConversionException:
            raise RevOpsError(f"`{period}` is not a day", "Write it like 2026-10-01.") from None
        if value is None:
            raise RevOpsError(f"{metric} has no value for {period or 'any complete period'}", "Try another --period.")
        console.print(f"[bold]{rule['title']}[/]  {value['value']} {rule['unit']}  for {value['period']}\n")
        for label, key in (
            ("Formula", "formula"),
            ("Numerator", "numerator"),
            ("Denominator", "denominator"),
            ("Grain", "grain"),
            ("Owner", "owner_role"),
            ("Policies", "policies"),
            ("From", "table_name"),
        ):
            if rule.get(key):
                console.print(f"[dim]{label:<12}[/]{rule[key]}", highlight=False)
        for key in ("numerator", "denominator"):
            if key + "_value" in value:
                console.print(f"[dim]{key.title():<12}[/]= {value[key + '_value']}", highlight=False)
        where = str(rule["rows_filter"] or "true").replace("{period}", f"date '{value['period']}'")
        found = connection.execute(f"select count(*) from {rule['rows_table']} where {where}").fetchone()
        rows = _records(connection.execute(f"select * from {rule['rows_table']} where {where} limit {int(limit)}"))
        console.print(f"\n{found[0] if found else 0:,} rows of {rule['rows_table']} where {where}", highlight=False)
        if rows:
            table = Table(box=None, padding=(0, 2, 0, 0))
            for name in rows[0]:
                table.add_column(name, overflow="fold")
            for row in rows:
                table.add_row(*("" if item is None else str(item) for item in row.values()))
            console.print(table)


def _records(cursor: Any) -> list[dict[str, Any]]:
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _value(connection: Any, rule: dict[str, Any], period: str | None) -> dict[str, Any] | None:
    """The metric's value with its parts for `period`, or for its last complete period."""
    parts = [f"{rule['column_name']} as value", f"{rule['period_column']} as period"]
    names = {
        name
        for (name,) in connection.execute(
            "select column_name from duckdb_columns() where schema_name || '.' || table_name = ?",
            [rule["table_name"]],
        ).fetchall()
    }
    for key in ("numerator", "denominator"):
        if rule[key] in names:
            parts.append(f"{rule[key]} as {key}_value")
    if period:
        where = f"{rule['period_column']} = cast(? as date)"
    else:
        where = "is_complete" if "is_complete" in names else "true"
    cursor = connection.execute(
        f"select {', '.join(parts)} from {rule['table_name']} where {where} order by period desc limit 1",
        [period] if period else [],
    )
    rows = _records(cursor)
    return rows[0] if rows else None
