"""What Zendesk's records share: ids, times and the form in which an export holds a record.

Ids: requesters are 10,000,000 + person id, agents 20,000,000 + owner id, organisations 30,000,000 + company id.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Item = dict[str, Any]

PERSON_OFFSET = 10_000_000
AGENT_OFFSET = 20_000_000
ORGANIZATION_OFFSET = 30_000_000
GROUP_OFFSET = 40_000_000
SYSTEM_USER_ID = -1


@dataclass(frozen=True)
class Export:
    """A record of an incremental export and when (epoch seconds) it last changed."""

    changed: int
    id: int
    body: Item


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def user_id(person_id: int | None, owner_id: int | None) -> int:
    if person_id is not None:
        return PERSON_OFFSET + person_id
    return AGENT_OFFSET + owner_id if owner_id is not None else SYSTEM_USER_ID


def ordered(exports: Iterable[Export]) -> list[Export]:
    """The exports in the order in which they are handed out: by last change, then by id."""
    return sorted(exports, key=lambda export: (export.changed, export.id))
