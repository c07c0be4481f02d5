"""Google Analytics 4: the events of a property's BigQuery export, read from files, columnar from the first byte."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import cast

import duckdb

from ingestion.source import Page, SourceSettings, Stream, StreamContext
from ingestion.sources.ga4.events import DaysReader
from ingestion.sources.ga4.files import Day, find_days
from ingestion.sources.ga4.settings import Settings
from ingestion.sources.ga4.tables import EVENTS
from ingestion.tables import RawTable

__all__ = ["Settings", "check", "streams", "tables"]

Fingerprints = dict[str, list[str]]
"""What tells whether a day's files changed, by day."""


def tables(settings: SourceSettings | None) -> tuple[RawTable, ...]:
    """The one raw table, whatever the settings."""
    return (EVENTS,)


def streams(settings: SourceSettings) -> Iterable[Stream]:
    """The events of days that are new, have changed, or may still be completed by Google."""
    return (Stream(EVENTS, partial(_pages, cast(Settings, settings))),)


def check(settings: SourceSettings) -> str:
    """List the days found, without reading them. Raises `IngestionError`."""
    days = find_days(cast(Settings, settings))
    provisional = sum(day.is_provisional for day in days)
    return f"GA4 export: {len(days)} days from {days[0].day} to {days[-1].day}" + (
        f", {provisional} of them still provisional" if provisional else ""
    )


def _pages(settings: Settings, context: StreamContext) -> Iterator[Page]:
    known: Fingerprints = context.state.setdefault("days", {})
    if context.state.get("key_events") != list(settings.key_events):
        known.clear()
        context.state["key_events"] = list(settings.key_events)
    days = find_days(settings)
    fingerprints = {day.day.isoformat(): day.fingerprint for day in days}
    due = [day for day in days if _is_due(settings, day, days[-1], known, fingerprints)]
    with _connection() as connection:
        reader = DaysReader(connection, settings)
        for group in reader.together(due):
            yield from reader.pages(group, context.rejected)
            for day in group:
                known[day.day.isoformat()] = fingerprints[day.day.isoformat()]


def _is_due(settings: Settings, day: Day, newest: Day, known: Fingerprints, now: Fingerprints) -> bool:
    is_new = day.day > newest.day - timedelta(days=settings.reload_days)
    return is_new or known.get(day.day.isoformat()) != now[day.day.isoformat()]


@contextmanager
def _connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB in memory that spills to a temporary folder, in UTC."""
    with (
        tempfile.TemporaryDirectory(prefix="revops-ga4-") as folder,
        duckdb.connect(config={"temp_directory": folder}) as connection,
    ):
        connection.execute("set TimeZone = 'UTC'")
        yield connection
