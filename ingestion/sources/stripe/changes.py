"""What changed at Stripe since the last run, as its event log tells."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from ingestion.sources.stripe.api import Record, StripeApi


@dataclass(frozen=True)
class Mark:
    """The newest event a run has seen: proof, as long as Stripe still has it, that no later event was forgotten."""

    event_id: str
    created: int

    @staticmethod
    def of(state: MutableMapping[str, Any]) -> Mark | None:
        """The mark the last run left in a stream's state, None on a first run."""
        saved = state.get("newest_event")
        return Mark(saved["id"], saved["created"]) if saved else None

    def keep(self, state: MutableMapping[str, Any]) -> None:
        """Leave this mark for the next run."""
        state["newest_event"] = {"id": self.event_id, "created": self.created}


@dataclass(frozen=True)
class Changes:
    """Objects named by events since `since` (epoch seconds): object type → id → its newest event."""

    since: int
    events: dict[str, dict[str, Record]] = field(default_factory=dict)

    def of(self, object_type: str) -> dict[str, Record]:
        return self.events.get(object_type, {})


def read_changes(api: StripeApi, mark: Mark, lag_seconds: int) -> Changes | None:
    """The changes since `mark`, or None when its event has expired (30 days) and everything must be read again."""
    at_mark = api.pages("/v1/events", {"created[gte]": mark.created, "created[lte]": mark.created})
    if not any(event["id"] == mark.event_id for page in at_mark for event in page):
        return None
    changes = Changes(mark.created - lag_seconds)
    for page in api.pages("/v1/events", {"created[gte]": changes.since}):
        for event in page:
            subject = event["data"]["object"]
            if isinstance(subject.get("id"), str):
                changes.events.setdefault(subject["object"], {}).setdefault(subject["id"], event)
    return changes


class SharedPages:
    """Pages read once from the vendor and handed to several streams, whichever comes first, spooled in between.

    dlt takes turns between streams, and may as well finish one first, so pages wait in a temporary file, not in memory.
    """

    def __init__(self, pages: Iterator[list[Record]]) -> None:
        self._pages = pages
        self._spool = tempfile.SpooledTemporaryFile(max_size=32 * 1024 * 1024)  # noqa: SIM115 (lives as long as this object)
        self._offsets: list[tuple[int, int]] = []
        self._end = 0

    def read(self) -> Iterator[list[Record]]:
        """All pages from the first."""
        position = 0
        while position < len(self._offsets) or self._pull():
            offset, length = self._offsets[position]
            self._spool.seek(offset)
            yield json.loads(self._spool.read(length))
            position += 1

    def drain(self) -> None:
        """Read whatever the vendor still has."""
        while self._pull():
            pass

    def _pull(self) -> bool:
        page = next(self._pages, None)
        if page is None:
            return False
        content = json.dumps(page, separators=(",", ":")).encode()
        self._spool.seek(self._end)
        self._spool.write(content)
        self._offsets.append((self._end, len(content)))
        self._end += len(content)
        return True
