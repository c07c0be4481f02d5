"""`revops refresh`: one run of the refresh job, watched from the terminal."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orchestration.cli.options import settings_option

if TYPE_CHECKING:
    from rich.console import Console

    from orchestration.refresh import Refresh

STEPS = {"extract": "Extract and load", "build": "Build models", "audit": "Audit", "publish": "Publish"}


@click.command()
@settings_option
@click.option("--only", multiple=True, metavar="SOURCE", help="Read this source only; may be repeated.")
@click.option("--full", is_flag=True, help="Forget what was loaded and read everything anew.")
def refresh(settings: Path | None, only: tuple[str, ...], full: bool) -> None:
    """Extract, load, build, audit, publish.

    Exits 0 only if a new version was published; otherwise readers keep the version they had.
    """
    if settings:
        os.environ["REVOPS_SETTINGS"] = str(settings)
    from orchestration.settings import load_settings

    config = load_settings(settings)
    for name in only:
        config.instance(name)
    began = time.monotonic()
    from rich.console import Console

    console = Console()
    with _Watch(console) as watch:
        run = _run(config, only, full, watch)
    if run.error:
        raise run.error
    _summarise(console, run, time.monotonic() - began)


def _run(config: Any, only: tuple[str, ...], full: bool, watch: _Watch) -> Refresh:
    """Execute the refresh job in this process, recorded in the Dagster instance like any scheduled run."""
    watch("prepare", "loading tools", 0, 0)
    from orchestration.offline import keep_quiet

    keep_quiet()
    from orchestration.job import execute

    return execute(config, only=only, full=full, progress=watch)


class _Watch:
    """Live progress: one line for each step, updated in place on a terminal, printed as it ends elsewhere."""

    def __init__(self, console: Console) -> None:
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        self._console = console
        self._bars = Progress(
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.fields[title]:<18}"),
            BarColumn(bar_width=24),
            TextColumn("[dim]{task.description}"),
            TimeElapsedColumn(),
            console=console,
            transient=False,
        )
        self._tasks: dict[str, Any] = {}
        self._said: set[str] = set()

    def __enter__(self) -> _Watch:
        if self._console.is_terminal:
            self._bars.start()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._console.is_terminal:
            self._bars.stop()

    def __call__(self, step: str, message: str, done: int, total: int) -> None:
        title = STEPS.get(step, "Prepare")
        if not self._console.is_terminal:
            is_news = step != "build" or done == total or done % 100 == 0
            if is_news:
                self._console.print(f"{title}: {message}" + (f" ({done}/{total})" if total else ""), highlight=False)
            return
        if step not in self._tasks:
            for task in self._tasks.values():
                self._finish(task)
            self._tasks[step] = self._bars.add_task(message, title=title, total=None)
        self._bars.update(self._tasks[step], description=message[:60], completed=done, total=total or None)

    def _finish(self, task: Any) -> None:
        total = self._bars.tasks[task].total or 1
        self._bars.update(task, completed=total, total=total)
        self._bars.stop_task(task)


def _summarise(console: Console, run: Refresh, seconds: float) -> None:
    from rich.table import Table

    sources = Table(title="What arrived", title_justify="left", box=None, padding=(0, 2, 0, 0))
    for name, justify in (("source", "left"), ("received", "right"), ("rows held", "right"), ("new rows", "right")):
        sources.add_column(name, justify=justify)  # type: ignore[arg-type]
    sources.add_column("quarantined", justify="right")
    sources.add_column("seconds", justify="right")
    for report in run.reports:
        before = sum(counts.rows_before for counts in report.tables.values())
        bad = f"[red]{report.quarantined:,}" if report.quarantined else "0"
        new = f"{report.rows - before:+,}" if report.rows != before else "="
        sources.add_row(report.instance, f"{report.received:,}", f"{report.rows:,}", new, bad, f"{report.seconds:.1f}")
    console.print()
    console.print(sources)
    tests = [node for node in run.nodes if node.resource_type == "test"]
    warnings = [result for result in run.audits if not result.passed]
    console.print(
        f"\n[bold]Checks[/]  {len(tests)} dbt tests and {len(run.audits)} expectations: "
        + (f"[yellow]{len(warnings)} warnings[/]" if warnings else "[green]all hold[/]")
    )
    for result in warnings:
        rows = f" ({result.failing_rows:,} rows)" if result.failing_rows else ""
        console.print(f"  [yellow]![/] {result.table}: {result.description}{rows}", highlight=False, soft_wrap=True)
    if run.matching:
        told = "; ".join(
            f"{score.subject} {_shown(score.pair_precision, 'ratio')} right, {_shown(score.pair_recall, 'ratio')} found"
            for score in run.matching
        )
        console.print(f"[bold]Identity[/]  {told} (pairs, by the sandbox's truth)", highlight=False, soft_wrap=True)
    numbers = Table(title="\nHeadlines", title_justify="left", box=None, padding=(0, 2, 0, 0))
    for name in ("", "value", "period", "before"):
        numbers.add_column(name, justify="left" if name in ("", "period") else "right")
    for title, value, unit, currency, period, previous in run.headlines():
        label = currency or unit
        numbers.add_row(title, _shown(value, label), f"{period:%B %Y}", _shown(previous, label))
    console.print(numbers)
    console.print(f"\n[bold green]✓ Published[/] in {seconds:.0f} s  {run.config.serving_database}", soft_wrap=True)
    console.print('  Ask it       revops query "select * from metrics.headlines"', highlight=False)
    console.print("  Trace it     revops explain arr", highlight=False)
    console.print(f"  See checks   {run.data_docs / 'marts' / 'index.html'}", soft_wrap=True, highlight=False)
    console.print("  Watch runs   revops dev", highlight=False)


def _shown(value: Any, unit: str) -> str:
    if value is None:
        return "–"
    if unit == "ratio":
        return f"{value * 100:.1f} %"
    if unit == "count":
        return f"{value:,.0f}"
    return f"{value:,.0f} {unit}"
