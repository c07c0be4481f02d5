"""Reads the mapped tables: rows changed since the last run, their number, and the keys that still exist."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import psycopg
import pyarrow as pa
from psycopg import sql

from ingestion.errors import VendorError
from ingestion.source import Page, StreamContext
from ingestion.sources.postgres_orders.database import Database
from ingestion.sources.postgres_orders.expressions import expression
from ingestion.sources.postgres_orders.settings import Settings, TableMapping
from ingestion.sources.postgres_orders.tables import TABLES
from ingestion.tables import Column

_GROWING = (1082, 1114, 1184, 20, 21, 23, 26, 700, 701, 1700)
"""Type oids of dates, timestamps and numbers: what a cursor can be."""
_RECORD = Column("_record", "text", "The row as JSON")


class Reader:
    """The pages of every mapped table, all from one snapshot of the database."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._database = Database(settings)
        self._unread = set(settings.tables)
        self._keys: dict[str, list[pa.Table]] = {}

    def pages(self, name: str, context: StreamContext) -> Iterator[Page]:
        """Changed rows of one raw table. Also counts its rows and, if asked to, lists its keys for `living`."""
        mapping, table = self._settings.tables[name], TABLES[name]
        relation = _relation(mapping)
        try:
            with self._database.session() as connection:
                types = self._types(connection, name)
                mark = self._mark(connection, mapping)
                context.vendor_total = int(str(self._database.scalar(connection, _count(relation))))
                selected = tuple(column for column in table.columns if column.name in mapping.columns)
                fields = [self._field(mapping, column, types) for column in selected]
                if self._settings.keeps_records:
                    selected = (*selected, _RECORD)
                    fields.append(sql.SQL("to_jsonb(revops_row)::text"))
                query = sql.SQL("select {} from {} as revops_row").format(sql.SQL(", ").join(fields), relation)
                yield from self._database.read(connection, query + self._changed(mapping, context), selected)
                if mapping.tracks_deletes:
                    keys = tuple(column for column in table.columns if column.name in table.key)
                    fields = [self._field(mapping, column, types) for column in keys]
                    query = sql.SQL("select {} from {} as revops_row").format(sql.SQL(", ").join(fields), relation)
                    self._keys[name] = list(self._database.read(connection, query, keys))
                if mark is not None:
                    self._remember(context, mark)
        finally:
            self._unread.discard(name)
            if not self._unread:
                self._database.close()

    def living(self, name: str) -> Iterator[pa.Table]:
        """The keys that `pages` found in this run."""
        yield from self._keys[name]

    def check(self) -> str:
        """Who answers, after every mapped table and column was found readable."""
        try:
            with self._database.session() as connection:
                for name in self._settings.tables:
                    self._types(connection, name)
                    self._database.scalar(
                        connection, sql.SQL("select 1 from {} limit 1").format(_relation(self._settings.tables[name]))
                    )
                version = self._database.scalar(connection, sql.SQL("show server_version"))
                user = self._database.scalar(connection, sql.SQL("select current_user"))
        finally:
            self._database.close()
        return f"PostgreSQL {version} as {user}, {len(self._settings.tables)} tables readable"

    def _types(self, connection: psycopg.Connection, name: str) -> dict[str, int]:
        mapping = self._settings.tables[name]
        types = self._database.column_types(connection, _relation(mapping))
        mapped = [found for raw in mapping.columns if (found := mapping.column(raw))]
        named = {column for found in mapped for column in (*found.key_columns, *found.times)}
        if missing := sorted({*named, *mapping.parent_columns, *filter(None, (mapping.cursor,))} - set(types)):
            raise VendorError(
                f"{self._settings.name}: {mapping.relation} has no column {', '.join(missing)}",
                f"Check sources.{self._settings.name}.tables.{name}.",
            )
        if mapping.cursor and types[mapping.cursor] not in _GROWING:
            raise VendorError(
                f"{self._settings.name}: {mapping.relation}.{mapping.cursor} is neither a time nor a number",
                f"Choose another sources.{self._settings.name}.tables.{name}.cursor, or leave it out: all rows are "
                "then read every time.",
            )
        return types

    def _field(self, mapping: TableMapping, column: Column, types: dict[str, int]) -> sql.Composable:
        found = mapping.column(column.name)
        assert found is not None
        return expression(column, found, types, self._settings.time_zone)

    # ── the mark: the highest cursor of the table, or of its parent, in the snapshot ─────────────────────────────────

    def _cursor(self, mapping: TableMapping) -> tuple[TableMapping, str] | None:
        owner = self._settings.tables[mapping.parent] if mapping.parent else mapping
        return (owner, owner.cursor) if owner.cursor else None

    def _mark(self, connection: psycopg.Connection, mapping: TableMapping) -> object:
        if (cursor := self._cursor(mapping)) is None:
            return None
        owner, column = cursor
        query = sql.SQL("select max({}) from {}").format(sql.Identifier(column), _relation(owner))
        return self._database.scalar(connection, query)

    def _remember(self, context: StreamContext, mark: object) -> None:
        if isinstance(mark, datetime | date):
            context.state["mark"] = {"time": mark.isoformat()}
        else:
            context.state["mark"] = {"number": str(mark)}

    def _changed(self, mapping: TableMapping, context: StreamContext) -> sql.Composable:
        """The WHERE clause that leaves out what the last run has seen."""
        mark, cursor = context.state.get("mark"), self._cursor(mapping)
        if not mark or cursor is None:
            return sql.SQL("")
        owner, column = cursor
        if "time" in mark:
            since: sql.Composable = sql.SQL("{}::timestamptz - {}::interval").format(
                sql.Literal(mark["time"]), sql.Literal(f"{int(self._settings.lag(mapping).total_seconds())} seconds")
            )
        else:
            since = sql.Literal(mark["number"]) + sql.SQL("::numeric")
        if mapping.parent is None:
            return sql.SQL(" where {0} >= {1} or {0} is null").format(sql.Identifier(column), since)
        key = owner.column(TABLES[mapping.parent].key[0])
        assert key is not None
        return sql.SQL(" where ({0}) in (select {1} from {2} where {3} >= {4} or {3} is null)").format(
            _names(mapping.parent_columns),
            _names(key.key_columns),
            _relation(owner),
            sql.Identifier(column),
            since,
        )


def _names(columns: tuple[str, ...]) -> sql.Composable:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _relation(mapping: TableMapping) -> sql.Composable:
    return sql.Identifier(*mapping.relation_parts)


def _count(relation: sql.Composable) -> sql.Composed:
    return sql.SQL("select count(*) from {}").format(relation)
