"""`revops explain`: a number, its rule, and the rows and records it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from orchestration.cli.tables import show
from orchestration.errors import RevOpsError

if TYPE_CHECKING:
    import duckdb

    from orchestration import explaining

LABELS = (
    ("Formula", "formula"),
    ("Grain", "grain"),
    ("Owner", "owner_role"),
    ("Indicator", "indicator"),
    ("Published in", "table_name"),
)


@click.command()
@click.argument("metric", required=False)
@click.option("--period", help="First day of the period, such as 2026-10-01; default: the last complete one.")
@click.option("--dimension", "part", metavar="NAME=VALUE", help="A part of it, such as segment=enterprise.")
@click.option("--rows", "limit", type=click.IntRange(min=0), default=10, show_default=True, help="Rows to show.")
def explain(metric: str | None, period: str | None, part: str | None, limit: int) -> None:
    """Show a published number with its formula filled in, its policies, the rows behind it and where they came from.

    Without METRIC: list all.
    """
    import duckdb

    from orchestration import explaining
    from orchestration.publish.reading import open_published

    dimension, _, dimension_value = (part or f"{explaining.TOTAL}={explaining.TOTAL}").partition("=")
    with open_published() as connection:
        if metric is None:
            show(
                connection.sql(
                    "select metric_name, title, unit, grain, owner_role, indicator "
                    "from metrics.metric_catalogue order by metric_name"
                )
            )
            return
        rule = explaining.find_rule(connection, metric)
        try:
            number = explaining.find_number(connection, rule, period, dimension, dimension_value)
        except duckdb.ConversionException:
            raise RevOpsError(f"`{period}` is not a day", "Write it like 2026-10-01.") from None
        if number is None or number.value["value"] is None:
            _explain_absence(connection, metric)
        if number is None:
            whose = f" of {part}" if part else ""
            raise RevOpsError(
                f"{metric} has no value for {period or 'any complete period'}{whose}",
                "Try another --period" + (" or --dimension." if part else "."),
            )
        _show(connection, number, limit)


def _show(connection: duckdb.DuckDBPyConnection, number: explaining.Number, limit: int) -> None:
    from orchestration import explaining

    rule, value = number.rule, number.value
    part = "" if number.dimension == explaining.TOTAL else f", {number.dimension} {number.dimension_value}"
    click.secho(f"{rule['title']}: {value['value']} ({rule['unit']}, {value['period_date']}{part})\n", bold=True)
    for label, key in LABELS:
        if rule[key]:
            click.echo(f"{label:<14}{rule[key]}")
            if key == "formula":
                for line in explaining.filled_formula(connection, number):
                    click.echo(f"{'':<14}{line}")
    click.echo(f"{'Trust':<14}{value['trust_score']}")
    for place, (name, setting) in enumerate(explaining.policies(rule).items()):
        click.echo(f"{'' if place else 'Policies':<14}{name}={setting}")
    rows, is_narrowed = explaining.rows_behind(connection, number)
    whose = "make it up" if is_narrowed else f"make up the total; they do not tell their {number.dimension}"
    click.echo(f"\n{len(rows):,} rows of {rule['rows_table']} {whose}; the first {min(limit, len(rows))}:")
    shown = connection.from_arrow(rows.limit(limit).to_arrow_table())
    show(shown)
    sources = explaining.source_records(shown)
    if limit and len(sources):
        click.echo("\nThese came from:")
        show(sources)


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
