"""A warehouse in memory: what reading a source brings, kept by key as the loader would."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from datetime import datetime
from typing import Any

from ingestion.source import Stream, StreamContext
from ingestion.tables import RawTable

Row = dict[str, Any]


class Memory:
    """Runs one source's streams and remembers rows and state. The faults under test lie before any database."""

    def __init__(self, streams: Callable[..., Iterable[Stream]], started_at: datetime) -> None:
        self._streams = streams
        self._started_at = started_at
        self._rows: dict[str, dict[tuple[Any, ...], Row]] = {}
        self._state: dict[str, dict[str, Any]] = {}
        self.received: dict[str, int] = {}

    def load(self, **changes: Any) -> None:
        """One run, with `changes` to the settings."""
        read = list(self._streams(**changes))
        for stream in read:
            table = stream.table
            fresh: dict[tuple[Any, ...], Row] = {}
            self.received[table.name] = 0
            context = StreamContext(self._state.setdefault(table.name, {}), self._started_at)
            for page in stream.pages(context):
                self.received[table.name] += len(page)
                batch, rejected = table.batch(page, self._started_at)  # type: ignore[arg-type]
                assert not rejected, rejected
                for row in batch.to_pylist():
                    key = tuple(row[name] for name in table.key)
                    known = fresh.get(key)
                    if not known or not table.version or _version(row, table) >= _version(known, table):
                        fresh[key] = row
            self._rows.setdefault(table.name, {}).update(fresh)
        for stream in read:
            rows = self._rows[stream.table.name]
            if stream.living_keys and (pages := stream.living_keys()) is not None:
                living = _keys(stream, pages)
                for key, row in rows.items():
                    row["_is_deleted"] = key not in living
            if stream.deleted_keys:
                for key in _keys(stream, stream.deleted_keys()) & set(rows):
                    rows[key]["_is_deleted"] = True

    def rows(self, table: str) -> list[Row]:
        """All rows of a table, in the order in which their keys first came."""
        return list(self._rows[table].values())

    def go_on_from(self, other: Memory) -> None:
        """Take over what `other` holds and remembers: the same source, read elsewhere until now."""
        self._rows, self._state = deepcopy(other._rows), deepcopy(other._state)

    def living(self, table: str) -> list[Row]:
        """The rows of a table that are not marked deleted."""
        return [row for row in self._rows[table].values() if not row["_is_deleted"]]


def _version(row: Row, table: RawTable) -> tuple[bool, Any]:
    value = row[table.version or ""]
    return value is not None, value


def _keys(stream: Stream, pages: Iterable[Any]) -> set[tuple[Any, ...]]:
    return {tuple(row[name] for name in stream.table.key) for page in pages for row in page.to_pylist()}
