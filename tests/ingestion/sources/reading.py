"""Runs of a connector's streams without a database: rows by table and id, the newest version of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ingestion.registry import REGISTRY
from ingestion.source import SourceSettings, StreamContext

Contents = dict[str, dict[str, dict[str, Any]]]
LATER = datetime(2025, 6, 1)


class Reading:
    """Any number of runs of `source`, which remembers between them as a pipeline does.

    `settings` makes its settings, changed as each run asks for. For tables with the key `id` whose pages are records.
    """

    def __init__(self, source: str, settings: Callable[..., SourceSettings]) -> None:
        self._connector, self._settings = REGISTRY[source].connector, settings
        self.rows: Contents = {table.name: {} for table in self._connector.tables(None)}
        self.states: dict[str, dict[str, Any]] = {name: {} for name in self.rows}
        self.received = dict.fromkeys(self.rows, 0)
        self.totals: dict[str, int | None] = {}
        self.rejected: list[tuple[str, str]] = []

    def run(self, at: datetime = LATER, **changes: Any) -> Contents:
        """All rows after one more run."""
        for stream in self._connector.streams(self._settings(**changes)):
            name, version = stream.table.name, stream.table.version
            context = StreamContext(self.states[name], at)
            self.received[name] = 0
            for page in stream.pages(context):
                assert isinstance(page, list)
                self.received[name] += len(page)
                batch, rejected = stream.table.batch(page, at)
                self.rejected += [(item.table, item.reason) for item in rejected]
                for row in batch.drop_columns(["_record", "_extracted_at", "_is_deleted"]).to_pylist():
                    held = self.rows[name].get(row["id"])
                    if held is None or version is None or row[version] >= held[version]:
                        self.rows[name][row["id"]] = row
            self.totals[name] = context.vendor_total
        return self.rows
