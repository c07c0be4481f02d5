"""`revops forget`: takes a person out of everything that was ever built here."""

from __future__ import annotations

from pathlib import Path

import click

from orchestration.cli.options import settings_option


@click.command()
@click.argument("email")
@settings_option
@click.option("--reason", default="", metavar="TEXT", help="Who asked, or a case number; kept in the receipt.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(email: str, settings: Path | None, reason: str, dry_run: bool, yes: bool) -> None:
    """Forget the person with this e-mail address.

    All addresses and records of the person, in every published version, in logs and reports. Amounts stay as they
    are. Cannot be taken back, and the person is not loaded again. Ask the systems that you read from to erase them too.
    """
    from orchestration.forgetting import forget_person
    from orchestration.settings import load_settings

    config = load_settings(settings)
    if not dry_run and not yes:
        click.confirm("Forget this person in every version? It cannot be taken back.", abort=True)
    done = forget_person(config, email, reason, dry_run)
    would = "would be changed" if dry_run else "changed"
    for file, tables in done.rows.items():
        click.echo(f"{file}: {sum(tables.values()):,} rows of {len(tables)} tables {would}")
        for table, count in sorted(tables.items(), key=lambda item: (-item[1], item[0])):
            click.echo(f"  {count:>8,}  {table}")
    for file in done.files:
        click.echo(f"{file} {would}")
    if not done.is_known:
        click.echo("Nothing here is about a person with this address.")
    if done.receipt:
        click.secho(f"✓ Forgotten, and not loaded again. Receipt: {done.receipt}", fg="green")
