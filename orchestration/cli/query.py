"""`revops query`: SQL on the published warehouse, read-only."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import click

from orchestration.cli.options import settings_option
from orchestration.errors import RevOpsError


@click.command()
@click.argument("sql")
@click.option("--format", "style", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@settings_option
def query(sql: str, style: str, settings: Path | None) -> None:
    """Run SQL on the published warehouse and print the result.

    Schemas: marts, metrics, trust. `revops query "show all tables"` lists what is there.
    """
    import duckdb

    from orchestration.publish.reading import open_published

    with open_published() as connection:
        try:
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description or []]
            rows = cursor.fetchall()
        except duckdb.Error as error:
            raise RevOpsError(
                str(error).split("\n\n")[0], 'List the tables with: revops query "show all tables"'
            ) from None
    if style == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)
    elif style == "json":
        click.echo(json.dumps([dict(zip(names, row, strict=True)) for row in rows], indent=1, default=str))
    else:
        from rich.console import Console
        from rich.table import Table

        table = Table(box=None, padding=(0, 2, 0, 0))
        for index, name in enumerate(names):
            numeric = (rows and isinstance(rows[0][index], int | float)) or _is_decimal(rows, index)
            table.add_column(name, justify="right" if numeric else "left", overflow="fold")
        for row in rows:
            table.add_row(*("" if value is None else str(value) for value in row))
        console = Console()
        console.print(table)
        console.print(f"[dim]{len(rows):,} row{'' if len(rows) == 1 else 's'}")


def _is_decimal(rows: list[tuple[object, ...]], index: int) -> bool:
    from decimal import Decimal

    return bool(rows) and isinstance(rows[0][index], Decimal)
