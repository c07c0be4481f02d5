"""Which files hold which day: `events_20260131.parquet`, `events_20260131-000000000000.json.gz`, also in folders."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ingestion.errors import VendorError
from ingestion.sources.ga4.settings import Settings

_TABLE = re.compile(r"events_(?:(intraday|fresh)_)?(\d{8})(?!\d)")
_FORMATS = {".parquet": "parquet", ".json": "jsonl", ".jsonl": "jsonl", ".ndjson": "jsonl"}
_RANK = {"": 0, "fresh": 1, "intraday": 2}
"""The day's own table goes before the provisional ones."""


@dataclass(frozen=True)
class Day:
    """The files of one day that hold."""

    day: date
    is_provisional: bool
    format: str
    files: tuple[Path, ...]

    @property
    def fingerprint(self) -> list[str]:
        """Changes with any of the files: names, sizes and times of change."""
        return [f"{file.name}:{file.stat().st_size}:{file.stat().st_mtime_ns}" for file in self.files]


def find_days(settings: Settings) -> list[Day]:
    """Every day from the oldest. Raises `VendorError` where there is none: events never go because files went."""
    found: dict[date, dict[tuple[int, str], list[Path]]] = {}
    for file in _candidates(settings.path):
        tables = _TABLE.findall(str(file))
        suffix = file.with_suffix("").suffix if file.suffix == ".gz" else file.suffix
        if not tables or suffix not in _FORMATS:
            continue
        kind, digits = tables[-1]
        try:
            day = date.fromisoformat(digits)
        except ValueError:  # eight digits that are no day
            continue
        if settings.start_date is None or day >= settings.start_date:
            found.setdefault(day, {}).setdefault((_RANK[kind], _FORMATS[suffix]), []).append(file)
    if not found:
        raise VendorError(
            f"{settings.name}: no file of a GA4 export (events_YYYYMMDD…, Parquet or JSON Lines) in {settings.path}",
            f"Check sources.{settings.name}.path, and that the export is copied there.",
        )
    days = []
    for day, kinds in sorted(found.items()):
        (rank, format_), files = min(kinds.items())
        if (rank, "parquet") in kinds and (rank, "jsonl") in kinds:
            raise VendorError(
                f"{settings.name}: {day} is there as Parquet and as JSON Lines",
                f"Remove one of them from sources.{settings.name}.path, or name one kind in it.",
            )
        days.append(Day(day, rank > 0, format_, tuple(sorted(files))))
    return days


def _candidates(path: Path) -> list[Path]:
    if path.is_dir():
        return [file for file in path.rglob("*") if file.is_file()]
    path = path.absolute()
    return [file for file in Path(path.anchor).glob(str(path.relative_to(path.anchor))) if file.is_file()]
