"""Orders, their positions and refunds from a PostgreSQL database of any schema, by a mapping in the settings."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import cast

from ingestion.source import SourceSettings, Stream
from ingestion.sources.postgres_orders.reader import Reader
from ingestion.sources.postgres_orders.settings import Settings
from ingestion.sources.postgres_orders.tables import TABLES
from ingestion.tables import RawTable

__all__ = ["Settings", "check", "streams", "tables"]


def tables(settings: SourceSettings | None) -> tuple[RawTable, ...]:
    """All raw tables, those without a mapping too: they stay empty."""
    return tuple(TABLES.values())


def streams(settings: SourceSettings) -> Iterable[Stream]:
    """One stream for each mapped table, all on one snapshot of the database."""
    own = cast(Settings, settings)
    reader = Reader(own)
    return tuple(
        Stream(
            TABLES[name],
            partial(reader.pages, name),
            partial(reader.living, name) if mapping.tracks_deletes else None,
        )
        for name, mapping in own.tables.items()
    )


def check(settings: SourceSettings) -> str:
    """Connect, and look at every mapped table. Raises `IngestionError`."""
    return Reader(cast(Settings, settings)).check()
