"""What changed at Stripe since the last run, as its event log tells."""

from __future__ import annotations

from collections.abc import MutableMapping
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
