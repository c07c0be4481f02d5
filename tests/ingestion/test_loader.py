"""What a load promises: nothing lost, nothing doubled, state that moves with the data, deletions seen."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from ingestion.errors import CredentialsRejected, IngestionError
from ingestion.loader import SourceLoad, declare, forget
from ingestion.registry import SourceSpec
from ingestion.source import Page, SourceReport, SourceSettings, Stream, StreamContext
from ingestion.tables import Column, RawTable

DEALS = RawTable(
    "deals",
    "It's deals",
    (
        Column("deal_id", "text", "Key", path="id"),
        Column("amount", "decimal", "Amount"),
        Column("updated_at", "timestamp", "Changed"),
    ),
    key=("deal_id",),
    version="updated_at",
)
SPEC = SourceSpec("loader_fixture", "Fixture", "crm", ())
Pages = Callable[[StreamContext], Iterator[Page]]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., SourceReport]:
    def run(
        pages: Pages,
        living: Callable[[], Iterator[pa.Table] | None] | None = None,
        table: RawTable = DEALS,
        deleted: Callable[[], Iterator[pa.Table]] | None = None,
        on_mismatch_only: bool = False,
    ) -> SourceReport:
        connector: Any = types.ModuleType("ingestion.sources.loader_fixture")
        connector.Settings = SourceSettings
        connector.tables = lambda settings: (table,)
        connector.streams = lambda settings: [Stream(table, pages, living, deleted, on_mismatch_only)]
        monkeypatch.setitem(sys.modules, "ingestion.sources.loader_fixture", connector)
        one = SourceLoad(SPEC, SourceSettings(name="fixture"), tmp_path / "w.duckdb", tmp_path / "dlt")
        one.extract()
        return one.store()

    return run


def rows(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder / "w.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def record(deal_id: str, amount: Any, updated_at: str = "2026-01-01T00:00:00Z") -> dict[str, Any]:
    return {"id": deal_id, "amount": amount, "updated_at": updated_at, "extra": "kept"}


def test_five_runs_equal_one(load: Callable[..., SourceReport], tmp_path: Path) -> None:
    def pages(context: StreamContext) -> Iterator[Page]:
        yield [record("1", "10.50"), record("2", "oops")]
        yield [record("1", "11.50", "2026-02-01T00:00:00Z"), record("3", None)]

    for _ in range(5):
        counts = load(pages).tables["deals"]
        assert (counts.received, counts.loaded, counts.quarantined) == (4, 3, 1)
    assert rows(tmp_path, "select deal_id, amount::double from raw_fixture.deals order by 1") == [
        ("1", 11.5),
        ("3", None),
    ]
    assert rows(tmp_path, "select table_name, reason from raw_fixture._quarantine") == [
        ("deals", "amount is not a decimal")
    ]
    assert rows(tmp_path, "select count(*) from raw_fixture._extractions") == [(5,)]
    assert rows(tmp_path, "select _record ->> 'extra' from raw_fixture.deals limit 1") == [("kept",)]


def test_the_cursor_is_kept_only_with_its_data(load: Callable[..., SourceReport]) -> None:
    seen: list[datetime | None] = []

    def pages(context: StreamContext) -> Iterator[Page]:
        seen.append(context.since(timedelta(hours=1)))
        context.advance(datetime(2026, 1, 1, 12))
        yield [record("1", 1)]
        if len(seen) == 2:
            raise CredentialsRejected("crm refused", "check it")

    load(pages)
    with pytest.raises(CredentialsRejected):
        load(pages)
    load(pages)
    assert seen == [None, datetime(2026, 1, 1, 11), datetime(2026, 1, 1, 11)]


def test_the_cursor_never_moves_back() -> None:
    context = StreamContext({}, datetime(2026, 1, 1))
    context.advance(datetime(2026, 2, 1))
    context.advance(datetime(2026, 1, 1))
    context.advance(None)
    assert context.since(timedelta()) == datetime(2026, 2, 1)


def test_keys_no_longer_found_are_marked_and_return(load: Callable[..., SourceReport], tmp_path: Path) -> None:
    def pages(context: StreamContext) -> Iterator[Page]:
        yield [record("1", 1), record("2", 2)]

    def only_one() -> Iterator[pa.Table]:
        yield pa.table({"deal_id": ["1"]})

    assert load(pages, only_one).tables["deals"].living_after == 1
    assert rows(tmp_path, "select deal_id from raw_fixture.deals where _is_deleted") == [("2",)]
    assert load(pages).tables["deals"].living_after == 2


def test_keys_the_vendor_lists_as_deleted_are_marked_until_the_record_comes_again(
    load: Callable[..., SourceReport], tmp_path: Path
) -> None:
    def gone(*keys: str) -> Callable[[], Iterator[pa.Table]]:
        return lambda: iter([pa.table({"deal_id": pa.array(keys, pa.string())})])

    def marked() -> list[tuple[Any, ...]]:
        return rows(tmp_path, "select deal_id from raw_fixture.deals where _is_deleted")

    load(lambda context: iter([[record("a", 1), record("b", 2)]]), deleted=gone("b", "never seen"))
    assert marked() == [("b",)]
    load(lambda context: iter([[record("a", 3)]]), deleted=gone())
    assert marked() == [("b",)]
    load(lambda context: iter([[record("b", 4)]]), deleted=gone())
    assert marked() == []


def test_a_row_tells_when_it_was_found_gone_and_keeps_that(load: Callable[..., SourceReport], tmp_path: Path) -> None:
    def found() -> list[tuple[Any, ...]]:
        return rows(tmp_path, "select deal_id, _is_deleted, _extracted_at from raw_fixture.deals order by deal_id")

    def only_a() -> Iterator[pa.Table]:
        yield pa.table({"deal_id": ["a"]})

    load(lambda context: iter([[record("a", 1), record("b", 2)]]))
    (_, _, began), _ = found()
    load(lambda context: iter(()), only_a)
    living, gone = found()
    assert living == ("a", False, began)
    assert gone[1] and gone[2] > began
    for listing in (only_a, lambda: None):  # the second did not see all keys, so nothing follows from it
        load(lambda context: iter(()), listing)
        assert found() == [living, gone]


def test_an_empty_source_leaves_its_table(load: Callable[..., SourceReport], tmp_path: Path) -> None:
    counts = load(lambda context: iter(())).tables["deals"]
    assert (counts.received, counts.rows_after) == (0, 0)
    assert rows(tmp_path, "select * from raw_fixture.deals") == []


def test_columnar_pages_are_completed(load: Callable[..., SourceReport], tmp_path: Path) -> None:
    def pages(context: StreamContext) -> Iterator[Page]:
        yield pa.table({"deal_id": ["1"], "amount": pa.array([1], pa.int64())})

    load(pages)
    assert rows(tmp_path, "select deal_id, amount::int, updated_at, _is_deleted from raw_fixture.deals") == [
        ("1", 1, None, False)
    ]


def test_an_unexpected_failure_is_named_without_its_data(load: Callable[..., SourceReport]) -> None:
    def pages(context: StreamContext) -> Iterator[Page]:
        raise KeyError("jane@example.com")
        yield []

    with pytest.raises(IngestionError) as caught:
        load(pages)
    assert "KeyError" in str(caught.value)
    assert "jane" not in str(caught.value) + caught.value.remedy


def test_declared_tables_have_comments_and_grow(tmp_path: Path) -> None:
    declare(tmp_path / "w.duckdb", {"fixture": (DEALS,)})
    wider = RawTable("deals", "It's deals", (*DEALS.columns, Column("stage", "text", "Stage")), key=("deal_id",))
    declare(tmp_path / "w.duckdb", {"fixture": (wider,)})
    assert rows(tmp_path, "select comment from duckdb_tables() where table_name = 'deals'") == [("It's deals",)]
    columns = {row[0] for row in rows(tmp_path, "select column_name from duckdb_columns() where table_name = 'deals'")}
    assert {"stage", "_record", "_extracted_at", "_is_deleted"} <= columns


def test_forgetting_a_source_reads_it_anew(load: Callable[..., SourceReport], tmp_path: Path) -> None:
    since: list[datetime | None] = []

    def pages(context: StreamContext) -> Iterator[Page]:
        since.append(context.since(timedelta()))
        context.advance(datetime(2026, 1, 1))
        yield [record("1", 1)]

    load(pages)
    forget(tmp_path / "w.duckdb", tmp_path / "dlt", "fixture")
    assert load(pages).tables["deals"].rows_before == 0
    assert since == [None, None]


def test_living_keys_are_asked_for_only_where_counts_differ(load: Callable[..., SourceReport], tmp_path: Path) -> None:
    asked: list[int] = []

    def pages(total: int) -> Pages:
        def read(context: StreamContext) -> Iterator[Page]:
            context.vendor_total = total
            yield [record("1", 1), record("2", 2)]

        return read

    def living() -> Iterator[pa.Table]:
        asked.append(1)
        yield pa.table({"deal_id": ["1"]})

    load(pages(2), living, on_mismatch_only=True)
    assert asked == []
    load(pages(1), living, on_mismatch_only=True)
    assert asked == [1]
    assert rows(tmp_path, "select deal_id from raw_fixture.deals where _is_deleted") == [("2",)]
