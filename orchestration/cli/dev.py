"""`revops dev`: Dagster's web interface, schedules and all, on this warehouse."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from orchestration.cli.options import settings_option


@click.command()
@click.option("--port", type=int, default=3000, show_default=True)
@settings_option
def dev(port: int, settings: Path | None) -> None:
    """Open Dagster on this warehouse: the asset graph, past runs, checks and the daily schedule."""
    from orchestration.offline import keep_quiet
    from orchestration.settings import PROJECT, load_settings

    config = load_settings(settings)
    keep_quiet()
    config.home.mkdir(parents=True, exist_ok=True)
    os.environ["REVOPS_HOME"] = str(config.home)
    if config.file:
        os.environ["REVOPS_SETTINGS"] = str(config.file)
    os.chdir(PROJECT)
    dagster = Path(sys.executable).with_name("dagster")
    os.execv(dagster, [str(dagster), "dev", "-m", "orchestration.definitions", "-p", str(port)])
