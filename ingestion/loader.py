"""Loads one source instance into its raw dataset: dlt extracts and merges; here we declare, count and quarantine.

A load happens in two halves so that several sources can wait for their vendors at once while DuckDB has one writer:
`extract` talks to the vendor and writes Parquet into dlt's working folder, `store` loads it and settles the counts.
Both work on a candidate database and a candidate dlt folder which are published, or thrown away, together.
"""

from __future__ import annotations

import shutil
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import dlt
import duckdb
import pyarrow as pa
from dlt.common.pipeline import LoadInfo
from dlt.pipeline.exceptions import PipelineStepFailed

from ingestion.errors import BrokenPagination, IngestionError
from ingestion.forgotten import Forgotten
from ingestion.registry import Connector, SourceSpec
from ingestion.source import Page, SourceReport, SourceSettings, Stream, StreamContext, TableCounts
from ingestion.tables import Column, RawTable, Rejected

QUARANTINE = RawTable(
    "_quarantine",
    "Records that did not fit their table, with the reason. In = loaded + quarantined + forgotten.",
    (
        Column("quarantine_id", "text", "SHA-256 of table and record: the same bad record is kept once"),
        Column("table_name", "text", "Raw table the record was meant for"),
        Column("reason", "text", "What did not fit"),
        Column("record", "text", "The record, or the line of the file, as it came"),
        Column("quarantined_at", "timestamp", "Start of the run that first met it (UTC)"),
    ),
    key=("quarantine_id",),
    is_bookkeeping=True,
)
EXTRACTIONS = RawTable(
    "_extractions",
    "What each run brought, table by table.",
    (
        Column("extracted_at", "timestamp", "Start of the run (UTC)"),
        Column("table_name", "text", "Raw table"),
        Column("received_rows", "bigint", "Records received, repeats included"),
        Column("loaded_rows", "bigint", "Records that fitted"),
        Column("forgotten_rows", "bigint", "Records that fitted, kept without the person who asked to be forgotten"),
        Column("quarantined_rows", "bigint", "Records that did not fit"),
        Column("quarantine_size", "bigint", "Distinct records of the table ever quarantined"),
        Column("vendor_total", "bigint", "Living records the vendor says it has; NULL where it does not say"),
        Column("living_rows", "bigint", "Rows of the table after the run that are not marked deleted"),
        Column("total_rows", "bigint", "Rows of the table after the run"),
    ),
    write="append",
    is_bookkeeping=True,
)


def dataset_of(instance: str) -> str:
    """The raw schema of a source instance."""
    return f"raw_{instance}"


def declare(database: Path, datasets: Mapping[str, tuple[RawTable, ...]]) -> None:
    """Create the raw schema of each source instance with its tables empty, or add what a newer declaration has more."""
    with duckdb.connect(str(database)) as connection:
        connection.begin()
        there = defaultdict[tuple[str, str], dict[str, str | None]](dict)
        for schema, table, column, comment in connection.execute(
            "select schema_name, table_name, '', comment from duckdb_tables() union all "
            "select schema_name, table_name, column_name, comment from duckdb_columns()"
        ).fetchall():
            there[schema, table][column] = comment
        for instance, tables in datasets.items():
            schema = dataset_of(instance)
            connection.execute(f'create schema if not exists "{schema}"')
            for declared in (*tables, QUARANTINE, EXTRACTIONS):
                for statement in declared.ddl(schema, there[schema, declared.name]):
                    connection.execute(statement)
        connection.commit()


def forget(database: Path, working_dir: Path, instance: str) -> None:
    """Drop all that was ever loaded from `instance`, rows and cursors, so that the next load reads everything anew."""
    shutil.rmtree(working_dir / instance, ignore_errors=True)
    with duckdb.connect(str(database)) as connection:
        for schema in (dataset_of(instance), f"{dataset_of(instance)}_staging"):
            connection.execute(f'drop schema if exists "{schema}" cascade')


@dataclass
class SourceLoad:
    """One run of one source instance into `database`. Call `extract`, then `store`, once each.

    `working_dir` holds dlt's state and load packages for all instances; it belongs to `database` and moves with it.
    """

    spec: SourceSpec
    settings: SourceSettings
    database: Path
    working_dir: Path
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC).replace(tzinfo=None))
    forgotten: Forgotten = field(default_factory=Forgotten)
    """Whom to leave out of every record before anything is written."""

    def __post_init__(self) -> None:
        self._connector: Connector = self.spec.connector
        self._tables = {table.name: table for table in self._connector.tables(self.settings)}
        self._streams: list[Stream] = []
        self._rejected: list[Rejected] = []
        self._seconds = 0.0
        self.report = SourceReport(self.settings.name, {name: TableCounts() for name in self._tables})
        self._pipeline = dlt.pipeline(
            pipeline_name=self.settings.name,
            destination=dlt.destinations.duckdb(str(self.database)),
            dataset_name=dataset_of(self.settings.name),
            pipelines_dir=str(self.working_dir),
        )

    def extract(self) -> None:
        """Read every stream from the vendor. Raises `IngestionError`; nothing in the database has changed then."""
        began = time.monotonic()
        self._streams = list(self._connector.streams(self.settings))
        try:
            self._pipeline.extract(self._source(), loader_file_format="parquet")
            self._pipeline.normalize()
        except PipelineStepFailed as failure:
            raise _cause(failure) from None
        self._seconds += time.monotonic() - began

    def store(self) -> SourceReport:
        """Load what was extracted, mark what the vendor no longer has, settle counts. Nobody else may write."""
        began = time.monotonic()
        schema = dataset_of(self.settings.name)
        # dlt opens the database anew for each of its jobs. Held open meanwhile, that costs nothing; else each time a
        # file is read and a checkpoint written: half of what a small load takes.
        with duckdb.connect(str(self.database)) as connection:
            declare(self.database, {self.settings.name: tuple(self._tables.values())})
            for name, counts in self.report.tables.items():
                counts.rows_before = _count(connection, schema, name)
            try:
                info: LoadInfo = self._pipeline.load(workers=1)
                info.raise_on_failed_jobs()
            except PipelineStepFailed as failure:
                raise _cause(failure) from None
            streamed = {stream.table.name for stream in self._streams}
            for table in self._tables.values():
                if table.write == "replace" and table.name not in streamed:
                    connection.execute(f'delete from "{schema}"."{table.name}"')
            for stream in self._streams:
                is_settled = stream.keys_on_mismatch_only and self._agrees(connection, schema, stream)
                if stream.living_keys and not is_settled and (living := stream.living_keys()) is not None:
                    self._mark_deleted(connection, schema, stream.table, living, are_living=True)
                if stream.deleted_keys:
                    self._mark_deleted(connection, schema, stream.table, stream.deleted_keys(), are_living=False)
            self._keep_rejected(connection, schema)
            self._settle(connection, schema)
        self.report.seconds = self._seconds + time.monotonic() - began
        return self.report

    def _source(self) -> Any:
        resources = [self._resource(stream) for stream in self._streams]
        return dlt.source(lambda: resources, name=self.settings.name)()

    def _resource(self, stream: Stream) -> Any:
        table, counts = stream.table, self.report.tables[stream.table.name]

        def read() -> Iterator[pa.Table]:
            context = StreamContext(_state_of(table), self.started_at)
            yield table.arrow_schema.empty_table()
            for page in stream.pages(context):
                received = page.num_rows if isinstance(page, pa.Table) else len(page)
                page, forgotten = self._without_the_forgotten(table, page)
                batch, rejected = (
                    (self._complete(table, page), [])
                    if isinstance(page, pa.Table)
                    else table.batch(page, self.started_at)
                )
                counts.received += received
                counts.loaded += batch.num_rows - forgotten
                counts.quarantined += len(rejected)
                counts.forgotten += forgotten
                self._rejected.extend(rejected)
                if batch.num_rows:
                    yield batch
            counts.received += len(context.rejected)
            counts.quarantined += len(context.rejected)
            self._rejected.extend(replace(item, record=self.forgotten.line(item.record)) for item in context.rejected)
            counts.vendor_total = context.vendor_total

        disposition: Any = table.write
        if table.write == "merge":
            disposition = {"disposition": "merge", "strategy": "delete-insert"}
        resource = dlt.resource(
            read,
            name=table.name,
            write_disposition=disposition,
            primary_key=list(table.key) if table.key and not table.partition else None,
            merge_key=table.partition,
            parallelized=False,
        )
        if table.version:
            resource.apply_hints(columns={table.version: {"dedup_sort": "desc"}})
        return resource

    def _without_the_forgotten(self, table: RawTable, page: Page) -> tuple[Page, int]:
        """A page without the people on the list, and how many of its records were about one and fit to load."""
        if not self.forgotten:
            return page, 0
        name = f"{dataset_of(self.settings.name)}.{table.name}"
        if isinstance(page, pa.Table):
            return self.forgotten.page(name, table.key, page)
        clean = [self.forgotten.record(name, table.key_of(record), record) for record in page]
        changed = [new for new, old in zip(clean, page, strict=True) if new != old]
        return clean, table.batch(changed, self.started_at)[0].num_rows

    def _complete(self, table: RawTable, page: pa.Table) -> pa.Table:
        """Give a columnar page the declared columns and types, in order, with the system columns filled."""
        arrays = []
        for column in table.all_columns:
            if column.name in page.column_names:
                arrays.append(page.column(column.name).cast(column.arrow_type))
            elif column.name == "_extracted_at":
                arrays.append(pa.repeat(pa.scalar(self.started_at, column.arrow_type), page.num_rows))
            elif column.name == "_is_deleted":
                arrays.append(pa.repeat(pa.scalar(False), page.num_rows))
            else:
                arrays.append(pa.nulls(page.num_rows, column.arrow_type))
        return pa.Table.from_arrays(arrays, schema=table.arrow_schema)

    def _agrees(self, connection: duckdb.DuckDBPyConnection, schema: str, stream: Stream) -> bool:
        """Whether the vendor gave no total, or one that equals the living rows held."""
        total = self.report.tables[stream.table.name].vendor_total
        living = _count(connection, schema, stream.table.name, "not coalesce(_is_deleted, false)")
        return total is None or total == living

    def _mark_deleted(
        self,
        connection: duckdb.DuckDBPyConnection,
        schema: str,
        table: RawTable,
        keys: Iterator[pa.Table],
        are_living: bool,
    ) -> None:
        """Settle `_is_deleted` by the keys that still live, or set it for those that are gone; note when that was."""
        columns = [column for column in table.all_columns if column.name in table.key]
        names = [column.name for column in columns]
        parts = [pa.Table.from_arrays([pa.array([], column.arrow_type) for column in columns], names=names)]
        parts += [part.select(names).cast(parts[0].schema) for part in keys]
        keys_listed = pa.concat_tables(parts)
        if self.forgotten:
            keys_listed, _ = self.forgotten.page("", (), keys_listed)
        connection.register("listed_keys", keys_listed)
        match = " and ".join(f'listed."{name}" = held."{name}"' for name in names)
        is_listed = f"exists (select 1 from listed_keys as listed where {match})"
        wrongly = f"_is_deleted = {is_listed}" if are_living else f"not _is_deleted and {is_listed}"
        connection.execute(
            f'update "{schema}"."{table.name}" as held set _is_deleted = not _is_deleted, _extracted_at = $1 '
            f"where {wrongly}",
            [self.started_at],
        )
        connection.unregister("listed_keys")

    def _keep_rejected(self, connection: duckdb.DuckDBPyConnection, schema: str) -> None:
        unique = {item.quarantine_id: item for item in self._rejected}
        rejected = pa.table(
            {
                "quarantine_id": pa.array(unique, pa.string()),
                "table_name": pa.array([item.table for item in unique.values()], pa.string()),
                "reason": pa.array([item.reason for item in unique.values()], pa.string()),
                "record": pa.array([item.record for item in unique.values()], pa.string()),
            }
        )
        connection.register("rejected", rejected)
        connection.execute(
            f'insert into "{schema}"."{QUARANTINE.name}" (quarantine_id, table_name, reason, record, quarantined_at) '
            "select quarantine_id, table_name, reason, record, $1 from rejected where quarantine_id not in "
            f'(select quarantine_id from "{schema}"."{QUARANTINE.name}")',
            [self.started_at],
        )
        connection.unregister("rejected")

    def _settle(self, connection: duckdb.DuckDBPyConnection, schema: str) -> None:
        for name, counts in self.report.tables.items():
            counts.rows_after = _count(connection, schema, name)
            counts.living_after = _count(connection, schema, name, "not coalesce(_is_deleted, false)")
            connection.execute(
                f'insert into "{schema}"."{EXTRACTIONS.name}" (extracted_at, table_name, received_rows, loaded_rows, '
                "forgotten_rows, quarantined_rows, quarantine_size, vendor_total, living_rows, total_rows) "
                "select ?, ?, ?, ?, ?, ?, "
                f'(select count(*) from "{schema}"."{QUARANTINE.name}" where table_name = ?), ?, ?, ?',
                [
                    self.started_at,
                    name,
                    counts.received,
                    counts.loaded,
                    counts.forgotten,
                    counts.quarantined,
                    name,
                    counts.vendor_total,
                    counts.living_after,
                    counts.rows_after,
                ],
            )


def _state_of(table: RawTable) -> MutableMapping[str, Any]:
    """What the stream of `table` remembers. dlt clears a resource's own state whenever it replaces the table."""
    if table.write != "replace":
        return dlt.current.resource_state(table.name)
    kept: MutableMapping[str, Any] = dlt.current.source_state().setdefault("replaced_tables", {})
    return cast("MutableMapping[str, Any]", kept.setdefault(table.name, {}))


def _count(connection: duckdb.DuckDBPyConnection, schema: str, table: str, where: str = "true") -> int:
    row = connection.execute(f'select count(*) from "{schema}"."{table}" where {where}').fetchone()
    assert row is not None
    return int(row[0])


def _cause(failure: BaseException) -> IngestionError:
    """The `IngestionError` inside dlt's wrapping, or one that names what was inside without its data."""
    cause: BaseException | None = failure
    while cause is not None:
        if isinstance(cause, IngestionError):
            return cause
        deeper = cause.__cause__ or cause.__context__ or getattr(cause, "exception", None)
        if deeper is None:
            break
        cause = deeper
    name = getattr(failure, "pipeline", None)
    label = name.pipeline_name if name is not None else "source"
    return BrokenPagination(
        f"{label}: loading failed inside dlt with {type(cause).__name__}",
        "Run again with RUNTIME__LOG_LEVEL=DEBUG in the environment to see dlt's own log.",
    )
