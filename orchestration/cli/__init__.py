"""The `revops` command. Each command lives in the module of its name and imports what is heavy only when it runs."""

from __future__ import annotations

import sys

import click

from orchestration.cli.dbt import dbt
from orchestration.cli.dev import dev
from orchestration.cli.doctor import doctor
from orchestration.cli.explain import explain
from orchestration.cli.forget import forget
from orchestration.cli.metrics import metrics
from orchestration.cli.query import query
from orchestration.cli.refresh import refresh
from orchestration.cli.sandbox import sandbox
from orchestration.cli.source import source
from orchestration.errors import RefreshRefused, RevOpsError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="revops-warehouse")
def cli() -> None:
    """The RevOps warehouse: every system a company sells with, in one set of numbers.

    Settings come from revops.toml (see --settings), everything written goes under REVOPS_HOME (default: warehouse/).
    """


for command in (refresh, query, metrics, explain, doctor, sandbox, source, forget, dbt, dev):
    cli.add_command(command)


def main() -> None:
    """Run the command line; an error a person can act on ends in two lines, not in a traceback.

    Exit codes: 0 done, 1 failed, 2 called wrongly, 3 built but refused by an audit.
    """
    from ingestion.errors import IngestionError

    try:
        cli()
    except (RevOpsError, IngestionError) as error:
        click.secho(f"\n✗ {error}", fg="red", err=True)
        if error.remedy:
            click.echo(f"  → {error.remedy}", err=True)
        sys.exit(3 if isinstance(error, RefreshRefused) else 1)
