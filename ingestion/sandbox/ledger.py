"""The company's ledger: what selling costs, exported to a folder as accounting would, for the source `files`.

One CSV file with a line for each entry, every team's, in the ledger's own words: which cost centres are sales and which
are marketing is for the mapping in `revops.toml` to say.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from ingestion.sandbox.facts import CURRENCY_EXPONENT, Facts

FILE = "operating_costs.csv"
COLUMNS = ("Entry", "Posting period", "Entity", "Cost centre", "Account", "Amount", "Currency", "Posted at")


class Ledger:
    """The export of `facts` in a folder of its own, for the length of a `with` block."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._folder: TemporaryDirectory[str] | None = None

    def __enter__(self) -> Self:
        self._folder = TemporaryDirectory(prefix="ledger-")
        write(self._facts, Path(self._folder.name))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._folder is not None:
            self._folder.cleanup()
        self._folder = None

    def overlay(self) -> dict[str, str]:
        """The settings that point a source of type `files` at this export."""
        assert self._folder is not None, "the export is not open"
        return {"path": self._folder.name}


def write(facts: Facts, folder: Path) -> None:
    """Write the one file, in the order in which the entries were made."""
    with (folder / FILE).open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(COLUMNS)
        for cost in facts.operating_costs:
            amount = Decimal(cost.amount).scaleb(-CURRENCY_EXPONENT[cost.currency])
            lines.writerow(
                (
                    cost.cost_id, cost.month.isoformat(), cost.business_unit, cost.team, cost.cost_type, amount,
                    cost.currency, f"{cost.booked_at:%Y-%m-%d %H:%M:%S}",
                )
            )  # fmt: skip
