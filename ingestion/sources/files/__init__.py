"""Files: exports of any system, mapped onto the canonical contract by settings alone. See README.md."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial

import duckdb

from ingestion.source import Page, SourceSettings, Stream, StreamContext
from ingestion.sources.files.contract import ContractTable
from ingestion.sources.files.exports import find_files, open_export
from ingestion.sources.files.problems import ExportRefused
from ingestion.sources.files.settings import Settings, TableMapping
from ingestion.sources.files.staging import Staging
from ingestion.tables import RawTable

__all__ = ["Settings", "check", "streams", "tables"]


def tables(settings: SourceSettings | None) -> tuple[RawTable, ...]:
    """One raw table for each canonical table, mapped or not; without settings there is no contract and so no table."""
    if settings is None:
        return ()
    return tuple(table.raw for table in _own(settings).contract.values())


def streams(settings: SourceSettings) -> Iterable[Stream]:
    """One stream for each mapped table; the others are empty, and emptied once their mapping is dropped."""
    own = _own(settings)
    for table in own.contract.values():
        mappings = [(where, mapping) for where, mapping in _placed(own) if mapping.table == table.name]
        if mappings:
            yield Stream(table.raw, partial(_pages, own, table, mappings))


def check(settings: SourceSettings) -> str:
    """List the files found and their records. Raises ExportRefused as a load would, without typing any value."""
    own = _own(settings)
    parts = []
    with _connection() as connection:
        for where, mapping in _placed(own):
            names, total = [], 0
            for path in find_files(own.path, mapping, where):
                export = open_export(connection, path, mapping, where)
                export.require(_wanted(mapping), where)
                names.append(path.name)
                total += export.total
            parts.append(f"{mapping.table}: {total:,} records in {', '.join(names)}")
    return "; ".join(parts)


def _pages(
    settings: Settings, table: ContractTable, mappings: list[tuple[str, TableMapping]], context: StreamContext
) -> Iterator[Page]:
    with _connection() as connection:
        staging = Staging(connection, table)
        for where, mapping in mappings:
            staging.check_literals(mapping, where)
        for where, mapping in mappings:
            _read(settings, staging, connection, mapping, where, context)
        staging.reject_repeats()
        context.rejected += staging.rejected()
        context.vendor_total = staging.counted - len(context.rejected)
        yield from staging.accepted()


def _read(
    settings: Settings,
    staging: Staging,
    connection: duckdb.DuckDBPyConnection,
    mapping: TableMapping,
    where: str,
    context: StreamContext,
) -> None:
    total = 0
    for path in find_files(settings.path, mapping, where):
        export = open_export(connection, path, mapping, where)
        if export.total or export.columns:
            export.require(_wanted(mapping), where)
            total += staging.add(export, mapping)
    known: dict[str, int] = context.state.setdefault("records_by_files", {})
    last = known.get(mapping.files, 0)
    if total == 0 and not mapping.allow_empty:
        raise ExportRefused(
            f"{where}: {mapping.files} has no records" + (f", and had {last:,} the last time" if last else ""),
            f"Export it again, or set {where}.allow_empty = true.",
        )
    if total < last * mapping.min_share_of_last and not mapping.allow_empty:
        raise ExportRefused(
            f"{where}: {mapping.files} has {total:,} records, and had {last:,} the last time",
            f"Export it again if it was cut short; otherwise lower {where}.min_share_of_last.",
        )
    known[mapping.files] = total


def _wanted(mapping: TableMapping) -> list[str]:
    return [column for rule in mapping.columns.values() for column in rule.source_columns] + list(mapping.only)


def _placed(settings: Settings) -> Iterator[tuple[str, TableMapping]]:
    """Each mapping with the place in the settings file where it stands."""
    for position, mapping in enumerate(settings.tables):
        yield f"sources.{settings.name}.tables[{position}]", mapping


def _own(settings: SourceSettings) -> Settings:
    assert isinstance(settings, Settings)
    return settings


@contextmanager
def _connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB in memory that spills to a temporary folder, in UTC."""
    with (
        tempfile.TemporaryDirectory(prefix="revops-files-") as folder,
        duckdb.connect(config={"temp_directory": folder}) as connection,
    ):
        connection.execute("set TimeZone = 'UTC'")
        yield connection
