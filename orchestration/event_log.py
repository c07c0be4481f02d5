"""Dagster's own SQLite storage, with the connections to its event log kept open; `dagster.yaml` names it.

Dagster makes an engine for each event, which connects and compiles every statement anew: 9 ms of an event, of which a
refresh has 2,500. Files and tables are Dagster's, so either storage reads what the other wrote.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage, _event_logs_directory
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event

KEPT = 4
"""Databases kept open: the index of all runs, and the runs last written or looked at."""


class Storage(DagsterSqliteStorage):
    """SQLite under `base_dir`."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage = EventLog(_event_logs_directory(base_dir))

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> Storage:
        return cls.from_local(inst_data=inst_data, **config_value)


class EventLog(SqliteEventLogStorage):
    """One database for each run, and one for all."""

    def __init__(self, base_dir: str) -> None:
        self._engines: dict[str, Engine] = {}
        self._seen_tables: set[str] = set()
        super().__init__(base_dir)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engines.pop(shard, None) or _engine(self.conn_string_for_shard(shard))
            self._engines[shard] = engine
            if len(self._engines) > KEPT:
                self._engines.pop(next(iter(self._engines))).dispose()
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def has_table(self, table_name: str) -> bool:
        """A table that was there stays; Dagster asks before each check it records."""
        if table_name not in self._seen_tables and super().has_table(table_name):
            self._seen_tables.add(table_name)
        return table_name in self._seen_tables

    def dispose(self) -> None:
        super().dispose()
        with self._db_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()


def _engine(address: str) -> Engine:
    """Commits reach the disk with the next checkpoint: what a power cut could take is the record of a run, no data."""
    engine = create_engine(address, pool_size=1, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS})
    event.listen(engine, "connect", lambda raw, _: raw.execute("pragma synchronous = normal"))
    return engine
