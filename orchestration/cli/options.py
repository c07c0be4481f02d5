"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

settings_option = click.option(
    "--settings",
    type=click.Path(path_type=Path),
    help="Settings file; default: REVOPS_SETTINGS, else revops.toml here.",
)
