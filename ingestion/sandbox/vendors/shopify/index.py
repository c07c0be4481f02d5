"""Global ids, times as Shopify writes them, and the register of every record by its id."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

Record = dict[str, Any]

HOST = "northwind-instruments.myshopify.com"


class Index:
    """Every record that has an id of its own."""

    def __init__(self) -> None:
        self.by_id: dict[str, Record] = {}

    def keep(self, kind: str, number: int, record: Record) -> Record:
        """Give `record` its type and ids, and remember it."""
        id_ = gid(kind, number)
        self.by_id[id_] = record
        record.update(__typename=kind, id=id_, legacyResourceId=str(number), _number=number)
        return record


def gid(kind: str, number: int) -> str:
    """A global id."""
    return f"gid://shopify/{kind}/{number}"


def iso(moment: datetime | None) -> str | None:
    """A DateTime: whole seconds, UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
