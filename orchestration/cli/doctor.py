"""`revops doctor`: what is configured, reachable and missing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, wait
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import click

from orchestration.cli.options import settings_option

if TYPE_CHECKING:
    from ingestion.source import Finding


@click.command()
@settings_option
@click.option(
    "--limit",
    type=click.FloatRange(min=0, min_open=True),
    default=60,
    show_default=True,
    metavar="SECONDS",
    help="How long a source may take to answer.",
)
def doctor(settings: Path | None, limit: float) -> None:
    """Say in plain words what is configured, reachable and missing. Exits 1 if a switched-on source cannot be read.

    Each source is asked whether it knows the credential and, where its vendor lets one know, what it may not read.
    """
    import duckdb

    from ingestion.errors import IngestionError
    from ingestion.source import Finding
    from orchestration.errors import RevOpsError
    from orchestration.offline import keep_quiet
    from orchestration.publish.versions import Versions
    from orchestration.sandbox import Overlay, running_sandbox
    from orchestration.settings import Configuration, SourceInstance, load_settings

    keep_quiet()
    config: Configuration = load_settings(settings)
    current = Versions(config.home).current
    click.echo(f"Settings   {config.file}")
    click.echo(f"Warehouse  {config.home}")
    click.echo(f"DuckDB     {duckdb.__version__}")
    click.echo(f"Published  {current.folder.name if current else 'nothing yet: run `revops refresh`'}")
    sandbox = config.settings.sandbox
    click.echo(f"Sandbox    {f'on, as of {config.sandbox_as_of}' if sandbox.enabled else 'off'}\n")

    def examine(item: SourceInstance, overlay: Overlay) -> list[Finding]:
        try:
            own = any(key in item.values for key in ("base_url", "dsn", "path"))
            answer = item.spec.connector.check(item.connect(overlay.get(item.spec.name)))
        except (IngestionError, RevOpsError) as error:
            return [Finding(False, str(error), error.remedy)]
        findings = [Finding(True, answer)] if isinstance(answer, str) else list(answer)
        if sandbox.enabled and not own:
            findings[0] = Finding(findings[0].ok, f"{findings[0].text}  (sandbox)", findings[0].remedy)
        return findings

    healthy = True
    with running_sandbox(config) as overlay:
        asked = {item.name: _begin(partial(examine, item, overlay)) for item in config.enabled}
        wait(asked.values(), timeout=limit)
        for name, answer in asked.items():
            too_late = Finding(
                False,
                f"no answer within {limit:g} seconds",
                f"Check the address under sources.{name}, the network and any proxy; `--limit` waits longer.",
            )
            for finding in answer.result() if answer.done() else [too_late]:
                healthy &= finding.ok
                _show(name, finding)
    for item in config.instances:
        if not item.is_enabled:
            click.echo(f"· {item.name:<18}switched off")
    if not healthy:
        raise SystemExit(1)


def _begin(ask: Callable[[], list[Finding]]) -> Future[list[Finding]]:
    """Ask in a thread of its own, which ends with the process: a pool would wait at its end for whoever hangs."""
    future: Future[list[Finding]] = Future()

    def run() -> None:
        try:
            future.set_result(ask())
        except BaseException as error:
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future


def _show(name: str, finding: Finding) -> None:
    mark, colour = ("✗", "red") if not finding.ok else ("!", "yellow") if finding.remedy else ("✓", "green")
    click.secho(f"{mark} {name:<18}", fg=colour, nl=False)
    click.echo(finding.text)
    if finding.remedy:
        click.echo(f"  → {finding.remedy}")
