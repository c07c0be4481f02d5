"""Publishing is one flip: before it readers have all of the old version, after it all of the new one."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import RefreshFailed
from orchestration.publish.serving import write_serving
from orchestration.publish.versions import Versions


def build(versions: Versions, value: int) -> None:
    candidate = versions.begin()
    with duckdb.connect(str(candidate.warehouse)) as connection:
        connection.execute("create schema if not exists marts; create schema if not exists raw_crm")
        connection.execute(f"create or replace table marts.numbers as select {value} as value")
        connection.execute("comment on table marts.numbers is 'it''s the number'")
        connection.execute("comment on column marts.numbers.value is 'the value'")
        connection.execute("create or replace table raw_crm.people as select 'x@y.z' as email")
    (candidate.dlt_dir / "state").write_text(str(value))
    write_serving(candidate.warehouse, candidate.serving)


def read(home: Path) -> int:
    with duckdb.connect(str((home / "serving" / "revops.duckdb").resolve()), read_only=True) as connection:
        row = connection.execute("select value from marts.numbers").fetchone()
    assert row
    return int(row[0])


def test_readers_see_the_old_version_until_the_flip_and_keep_it_while_open(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    assert versions.current is None
    build(versions, 1)
    versions.publish(keep=2)
    reader = duckdb.connect(str((tmp_path / "serving" / "revops.duckdb").resolve()), read_only=True)
    build(versions, 2)
    assert read(tmp_path) == 1
    versions.publish(keep=2)
    assert read(tmp_path) == 2
    assert reader.execute("select value from marts.numbers").fetchone() == (1,)
    reader.close()


def test_state_and_data_move_together(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    build(versions, 1)
    versions.publish(keep=1)
    build(versions, 2)
    again = versions.begin()
    assert (again.dlt_dir / "state").read_text() == "1"
    with duckdb.connect(str(again.warehouse)) as connection:
        assert connection.execute("select value from marts.numbers").fetchone() == (1,)


def test_only_published_schemas_reach_readers_and_comments_come_along(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    build(versions, 1)
    published = versions.publish(keep=1)
    with duckdb.connect(str(published.serving), read_only=True) as connection:
        schemas = {row[0] for row in connection.execute("select schema_name from duckdb_tables()").fetchall()}
        assert schemas == {"marts"}
        assert connection.execute("select comment from duckdb_tables()").fetchall() == [("it's the number",)]
        assert connection.execute("select comment from duckdb_columns() where column_name = 'value'").fetchall() == [
            ("the value",)
        ]


def test_old_versions_are_dropped_but_never_the_current_one(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    for value in range(4):
        build(versions, value)
        versions.publish(keep=2)
    assert len(list((tmp_path / "versions").iterdir())) == 2
    assert read(tmp_path) == 3


def test_from_nothing_starts_empty(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    build(versions, 1)
    versions.publish(keep=1)
    assert not versions.begin(from_nothing=True).warehouse.exists()
    assert read(tmp_path) == 1


def _hold(home: Path, ready: multiprocessing.synchronize.Event, go: multiprocessing.synchronize.Event) -> None:
    with Versions(home).only_writer():
        ready.set()
        go.wait(10)


def test_a_second_refresh_is_told_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    ready, go = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(tmp_path, ready, go))
    other.start()
    assert ready.wait(10)
    with pytest.raises(RefreshFailed, match="another refresh"), Versions(tmp_path).only_writer():
        pass
    go.set()
    other.join(10)
    with Versions(tmp_path).only_writer():
        pass
