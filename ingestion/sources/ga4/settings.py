"""Where the export files of a Google Analytics 4 property are, and what to make of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import Field

from ingestion.source import SourceSettings


class Settings(SourceSettings):
    """A folder that the property's BigQuery export is copied to, as Parquet or JSON Lines."""

    path: Path
    """The folder, searched with those in it, or a pattern such as `exports/events_2026*.parquet`; relative to the
    settings file."""
    reload_days: int = Field(default=3, ge=0)
    """How many of the newest days each run reads again whether or not their files changed: Google completes a day for
    72 hours. A file that changed is read again however old its day is."""
    start_date: date | None = None
    """Days before this one are left in their files."""
    key_events: tuple[str, ...] = ("purchase", "generate_lead", "sign_up", "close_convert_lead", "qualify_lead")
    """Events that count as conversions, since the export does not say which the property marks as key events.
    Changing them reads every day anew."""
    batch_rows: int = Field(default=100_000, ge=1)
    """Rows handed on at a time."""
