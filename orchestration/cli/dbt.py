"""`revops dbt …`: any dbt command with this warehouse's settings."""

from __future__ import annotations

import sys

import click


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def dbt(arguments: tuple[str, ...]) -> None:
    """Run any dbt command on a copy of the current version, such as `revops dbt build --select +arr_monthly`.

    Works in REVOPS_HOME/workbench/, so neither readers nor the next refresh see what it does.
    """
    import os
    import shutil

    from orchestration import modeling
    from orchestration.keys import make_key
    from orchestration.offline import keep_quiet
    from orchestration.publish.versions import Versions
    from orchestration.settings import load_settings

    keep_quiet()
    config = load_settings()
    make_key(config.identity_key_file)
    workbench = config.home / "workbench" / "warehouse.duckdb"
    workbench.parent.mkdir(parents=True, exist_ok=True)
    current = Versions(config.home).current
    if current and not workbench.exists():
        shutil.copyfile(current.warehouse, workbench)
    modeling.use_database(workbench)
    os.environ["DO_NOT_TRACK"] = "1"
    from dbt.cli.main import dbtRunner

    command, *rest = arguments or ("--help",)
    outcome = dbtRunner().invoke([command, *(modeling.dbt_arguments(config) if command[0] != "-" else []), *rest])
    sys.exit(0 if outcome.success else 1)
