"""What a connector is: settings, declared tables, and one stream of pages for each table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from ingestion.tables import RawTable, Rejected

Page: TypeAlias = "list[dict[str, Any]] | pa.Table"
"""One page of a stream: vendor records, or (bulk sources) an Arrow table with the declared columns."""


class SourceSettings(BaseModel):
    """Settings every source has; each connector's `Settings` adds its own. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: str
    """The instance: the key under `[sources]`, the suffix of its dataset `raw_<name>`."""


@dataclass
class StreamContext:
    """What one stream remembers between runs and reports about this one."""

    state: MutableMapping[str, Any]
    """Survives to the next run if, and only if, this run's data is published."""
    started_at: datetime
    """Naive UTC: when the run began."""
    vendor_total: int | None = None
    """Set it where the vendor tells how many living records there are; it is reconciled with the rows loaded."""
    rejected: list[Rejected] = field(default_factory=list)
    """Records that a columnar stream found unfit before it built its pages; they count as received and quarantined."""

    def since(self, lag: timedelta, default: datetime | None = None) -> datetime | None:
        """Where to read from: the last run's high-water mark less `lag`, or `default` on a first run (naive UTC)."""
        mark = self.state.get("high_water_mark")
        return datetime.fromisoformat(mark) - lag if mark else default

    def advance(self, seen: datetime | None) -> None:
        """Move the high-water mark up to `seen` (naive or aware UTC); never down."""
        if seen is None:
            return
        seen = seen.astimezone(UTC).replace(tzinfo=None) if seen.tzinfo else seen
        mark = self.state.get("high_water_mark")
        if mark is None or seen > datetime.fromisoformat(mark):
            self.state["high_water_mark"] = seen.isoformat()


@dataclass(frozen=True)
class Stream:
    """How one table is read. `pages` yields what changed since the last run (everything on the first).

    `living_keys`, where given, yields every key that still exists at the vendor as an Arrow table of the key columns;
    rows whose key is not among them are marked `_is_deleted`. It returns None where this run did not see them all.
    `deleted_keys` is for a vendor that lists what it deleted instead: rows with one of these keys are marked, and stay
    so until the record comes again.
    """

    table: RawTable
    pages: Callable[[StreamContext], Iterator[Page]]
    living_keys: Callable[[], Iterator[pa.Table] | None] | None = None
    deleted_keys: Callable[[], Iterator[pa.Table]] | None = None
    keys_on_mismatch_only: bool = False
    """Ask for `living_keys` only where the vendor's total differs from the living rows held after the load."""


@dataclass(frozen=True)
class Finding:
    """One thing that a connector's `check` found out, in plain words; `remedy` says what to do about it."""

    ok: bool
    """False where something that the settings ask for cannot be read; True with a remedy is a remark."""
    text: str
    remedy: str | None = None


@dataclass(frozen=True)
class CustomFields:
    """Where the fields that a company added to a CRM object are found, for the setting `custom_fields` of a source."""

    setting: str
    """The object's name under `custom_fields`."""
    table: str
    """Raw table that holds the object."""
    key: str
    """Its column that becomes `source_record_id`."""
    path: str = ""
    """Where in the record the fields sit; empty where they are its own."""


@dataclass
class TableCounts:
    """What one run did to one table. received = loaded + quarantined + forgotten, before keys are deduplicated."""

    received: int = 0
    loaded: int = 0
    quarantined: int = 0
    forgotten: int = 0
    """Records about people who asked to be forgotten: kept without who that is."""
    vendor_total: int | None = None
    rows_before: int = 0
    rows_after: int = 0
    living_after: int = 0


@dataclass
class SourceReport:
    """What one run brought from one source instance, table by table."""

    instance: str
    tables: dict[str, TableCounts] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def received(self) -> int:
        return sum(counts.received for counts in self.tables.values())

    @property
    def quarantined(self) -> int:
        return sum(counts.quarantined for counts in self.tables.values())

    @property
    def forgotten(self) -> int:
        return sum(counts.forgotten for counts in self.tables.values())

    @property
    def rows(self) -> int:
        return sum(counts.rows_after for counts in self.tables.values())
