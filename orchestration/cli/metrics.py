"""`revops metrics`: numbers by name, grouped by their dimensions, through MetricFlow."""

from __future__ import annotations

import click

from orchestration.cli.tables import show


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="METRIC...")
@click.option(
    "--by", "group_by", multiple=True, metavar="DIMENSION", help="Such as metric_time__quarter; several: --by … --by …"
)
@click.option("--where", multiple=True, help="Such as \"{{ TimeDimension('metric_time', 'day') }} >= '2026-01-01'\".")
def metrics(names: tuple[str, ...], group_by: tuple[str, ...], where: tuple[str, ...]) -> None:
    """Show metrics grouped by dimensions, as dbt's semantic layer defines them: the same numbers as in schema metrics.

    Several metrics of different tables come side by side: revops metrics arr win_rate --by metric_time__month
    """
    from orchestration.publish.reading import open_semantics

    show(open_semantics().query(names, group_by, where))
