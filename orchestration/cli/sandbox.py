"""`revops sandbox serve`: the simulated company's vendors on localhost."""

from __future__ import annotations

from datetime import date, datetime

import click


@click.group()
def sandbox() -> None:
    """The simulated company: a world with known truth, spoken through the vendors' own APIs."""


@sandbox.command()
@click.option("--port", type=int, default=8300, show_default=True, help="0 picks a free one.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), default=None, help="The company's today; default: today.")
@click.option("--seed", type=int, default=7, show_default=True, help="Another seed is another company.")
@click.option("--scale", type=click.FloatRange(min=0.01, max=100), default=1.0, show_default=True)
@click.option("--defects", default="", metavar="LIST", help="Faults to plant, separated by commas.")
@click.option("--mix", default="", metavar="LIST", help="Vendors' shares in per cent: salesforce=100,hubspot=0.")
def serve(port: int, as_of: datetime | None, seed: int, scale: float, defects: str, mix: str) -> None:
    """Serve the vendors' APIs until interrupted. Prints one line of JSON: where each listens, with what credentials.

    Defects: rate_limit_storm, outage, duplicates, late_records, malformed_rows, schema_drift, deleted_records,
    error_in_200, renamed_list, moving_records; NAME:VENDOR plants one at a single vendor.
    """
    from ingestion.sandbox.server import main

    day = as_of.date() if as_of else date.today()
    arguments = ["--port", str(port), "--as-of", day.isoformat(), "--seed", str(seed), "--scale", str(scale)]
    if defects:
        arguments += ["--defects", defects]
    if mix:
        arguments += ["--mix", mix]
    main(arguments)
