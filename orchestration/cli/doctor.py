"""`revops doctor`: what is configured, reachable and missing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from orchestration.cli.options import settings_option


@click.command()
@settings_option
def doctor(settings: Path | None) -> None:
    """Say in plain words what is configured, reachable and missing. Exits 1 if a switched-on source cannot be read."""
    import duckdb

    from ingestion.errors import IngestionError
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

    def examine(item: SourceInstance, overlay: Overlay) -> tuple[bool, str, str]:
        try:
            own = any(key in item.values for key in ("base_url", "dsn", "path"))
            answer = item.spec.connector.check(item.connect(overlay.get(item.spec.name)))
            return True, answer + ("" if own or not sandbox.enabled else "  (sandbox)"), ""
        except (IngestionError, RevOpsError) as error:
            return False, str(error), error.remedy

    healthy = True
    with running_sandbox(config) as overlay, ThreadPoolExecutor(max_workers=8) as pool:
        answers = pool.map(lambda item: examine(item, overlay), config.enabled)
        for item, (ok, answer, remedy) in zip(config.enabled, answers, strict=True):
            healthy &= ok
            click.secho(f"{'✓' if ok else '✗'} {item.name:<18}", fg="green" if ok else "red", nl=False)
            click.echo(answer)
            if remedy:
                click.echo(f"  → {remedy}")
    for item in config.instances:
        if not item.is_enabled:
            click.echo(f"· {item.name:<18}switched off")
    if not healthy:
        raise SystemExit(1)
