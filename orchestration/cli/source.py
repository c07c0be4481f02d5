"""`revops source new NAME`: the files of a new source, with tests that say what to write."""

from __future__ import annotations

import click


@click.group()
def source() -> None:
    """Connectors: begin a new one."""


@source.command()
@click.argument("name")
@click.option(
    "--domain",
    type=click.Choice(["crm", "orders", "marketing", "web", "partners", "communications"]),
    default="crm",
    show_default=True,
    help="What the source knows; its first canonical table follows from it.",
)
@click.option("--title", default="", help="How people call it; default: NAME in capitals.")
def new(name: str, domain: str, title: str) -> None:
    """Write the files of a new source NAME into this checkout, with failing tests to fill in.

    Each test fails with what to write and where to read about it; the source is done when they pass.
    """
    from orchestration import settings
    from orchestration.new_source import write

    written = write(settings.PROJECT, name, domain, title)
    for path in written[:-1]:
        click.echo(f"wrote    {path}")
    click.echo(f"added to {written[-1]}\n")
    click.echo("Next:")
    click.echo("  pytest tests/architecture/test_one_word.py")
    click.echo("    passes: what belongs to the source is in its places")
    click.echo(f"  pytest tests/ingestion/sources/test_{name}.py")
    click.echo("    fails: each test says what to write and where to read, until nothing is left")
    click.echo("\nThe recipe is in CONTRIBUTING.md under “Add a source”.")
