"""Google Analytics 4's BigQuery export, copied to a folder: a Parquet file for each day, nested as documented.

Not an API: what a property's scheduled query would write is written at once, for as long as the export is open, and the
connector is told the folder. Evidence: the export's documented schema. What a reader would not guess:

- `events_YYYYMMDD` is a day in the property's time zone (UTC here); the day that is running is only in
  `events_intraday_YYYYMMDD`, without what Google works out overnight (first origin, origin of the session).
- A day changes for up to 72 hours: events that arrived late appear in its file, and only there.
- A day without an event has no file; the running day's table is there from its beginning.
- Files carry the time of their last change, so a later run finds them unchanged.
- Events have no id; `ga_session_id` is unique only together with `user_pseudo_id`.
- Parameters sit in the member of `value` that fits their type; the others are NULL.
"""

from __future__ import annotations

import os
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.sandbox.facts import Facts, Visit, view
from ingestion.sandbox.vendors.ga4.events import Devices, events
from ingestion.sandbox.vendors.ga4.schema import EVENTS

SOURCE = "ga4"
EXPORTED_AFTER = timedelta(hours=6)
"""How long after its end a day's table appears."""


class EventExport:
    """The export of `facts` in a folder of its own, for the length of a `with` block."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._folder: TemporaryDirectory[str] | None = None

    def start(self) -> Self:
        """Write all files."""
        self._folder = TemporaryDirectory(prefix="ga4-export-")
        write(self._facts, Path(self._folder.name))
        return self

    def stop(self) -> None:
        """Remove the folder. Harmless when there is none."""
        if self._folder is not None:
            self._folder.cleanup()
        self._folder = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def overlay(self) -> dict[str, str]:
        """The settings that point the source `ga4` at this export."""
        assert self._folder is not None, "the export is not open"
        return {"path": self._folder.name}


def write(facts: Facts, folder: Path) -> None:
    """Write the tables of every day with visits, and of the running one, and take away what is not among them."""
    visits = view(facts, SOURCE).visits
    devices = Devices(visits)
    days: dict[date, list[Visit]] = defaultdict(list)
    days[facts.as_of.astimezone(UTC).date()] = []
    for visit in visits:
        days[visit.started_at.astimezone(UTC).date()].append(visit)
    wanted = set()
    for day, of_day in days.items():
        exported_at = datetime.combine(day + timedelta(days=1), time(), UTC) + EXPORTED_AFTER
        is_intraday = facts.as_of < exported_at
        late = [visit.received_at for visit in of_day if visit.received_at]
        changed_at = facts.as_of if is_intraday else max([exported_at, *late])
        file = folder / f"events_{'intraday_' if is_intraday else ''}{day:%Y%m%d}.parquet"
        _write_day(of_day, devices, is_intraday, file)
        os.utime(file, (changed_at.timestamp(), changed_at.timestamp()))
        wanted.add(file)
    for file in set(folder.glob("events_*.parquet")) - wanted:
        file.unlink()


def _write_day(visits: list[Visit], devices: Devices, is_intraday: bool, file: Path) -> None:
    rows = [event for visit in visits for event in events(visit, devices, is_intraday)]
    rows.sort(key=lambda event: (event["event_timestamp"], event["user_pseudo_id"], event["batch_ordering_id"]))
    pq.write_table(pa.Table.from_pylist(rows, schema=EVENTS), file, compression="zstd")
