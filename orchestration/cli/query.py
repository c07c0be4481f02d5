"""`revops query`: SQL on the published warehouse, read-only."""

from __future__ import annotations

import csv
import json
import sys

import click

from orchestration.cli.tables import show
from orchestration.errors import RevOpsError


@click.command()
@click.argument("sql")
@click.option("--format", "style", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
def query(sql: str, style: str) -> None:
    """Run SQL on the published warehouse and print the result.

    Schemas: marts, metrics, trust. `revops query "show all tables"` lists what is there.
    """
    import duckdb

    from orchestration.publish.reading import open_published

    with open_published() as connection:
        try:
            relation = connection.sql(sql)
            if relation is None:
                raise RevOpsError("that statement returns no rows", "Ask with SELECT, SHOW, DESCRIBE or SUMMARIZE.")
            if style == "table":
                show(relation)
                return
            names, rows = relation.columns, relation.fetchall()
        except duckdb.Error as error:
            raise RevOpsError(
                str(error).split("\n\n")[0], 'List the tables with: revops query "show all tables"'
            ) from None
    if style == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)
    else:
        click.echo(json.dumps([dict(zip(names, row, strict=True)) for row in rows], indent=1, default=str))
