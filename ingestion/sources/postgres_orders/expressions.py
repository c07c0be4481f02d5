"""SQL for one raw column, in its type, of the database columns that its mapping names."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from psycopg import sql

from ingestion.sources.postgres_orders.settings import MappedColumn
from ingestion.tables import Column

_UNZONED = (1082, 1114)
"""Type oids of `date` and `timestamp`."""
_CAST = {
    "bigint": sql.SQL("bigint"),
    "decimal": sql.SQL("numeric(38, 9)"),
    "double": sql.SQL("double precision"),
    "bool": sql.SQL("boolean"),
    "date": sql.SQL("date"),
}


def expression(column: Column, mapped: MappedColumn, types: Mapping[str, int], time_zone: str) -> sql.Composable:
    """The raw column's value. `types` are the database columns' type oids; times come out in UTC without a zone."""
    if mapped.constant is not None:
        return sql.SQL("{}::text").format(sql.Literal(mapped.constant))
    found = _typed(column, mapped, types, time_zone)
    if mapped.values or mapped.otherwise is not None:
        found = _renamed(mapped)
    if mapped.null is not None:
        found = sql.SQL("coalesce({}, {})").format(found, sql.Literal(mapped.null))
    return found


def _typed(column: Column, mapped: MappedColumn, types: Mapping[str, int], time_zone: str) -> sql.Composable:
    moment: sql.Composable
    if mapped.format:
        written = sql.SQL("nullif(trim({}), '')").format(_joined(mapped, " "))
        moment = sql.SQL("to_timestamp({}, {})").format(written, sql.Literal(mapped.format))
        if any(sign in mapped.format.upper() for sign in ("TZ", "OF")):
            return _in_utc(moment) if column.type == "timestamp" else sql.SQL("{}::date").format(moment)
        wall = sql.SQL("{}::timestamp").format(moment)
        return _in_utc(_zoned(wall, time_zone)) if column.type == "timestamp" else sql.SQL("{}::date").format(wall)
    if mapped.column is None:
        return _joined(mapped, ":")
    own: sql.Composable = _present(mapped, mapped.column)
    if column.type == "timestamp":
        is_unzoned = types[mapped.column] in _UNZONED
        moment = _zoned(sql.SQL("{}::timestamp").format(own), time_zone) if is_unzoned else own
        # PostgreSQL has infinite times, Arrow has not.
        return sql.SQL("case when isfinite({}) then {} end").format(own, _in_utc(moment))
    if mapped.times or mapped.decimals:
        # Each factor as numeric: the product of binary fractions would not be exact.
        factors = [own, *(sql.Identifier(name) for name in mapped.times)]
        own = sql.SQL(" * ").join(sql.SQL("{}::numeric").format(factor) for factor in factors)
        own = sql.SQL("({} * {})").format(own, sql.Literal(Decimal(1).scaleb(-mapped.decimals)))
    return sql.SQL("{}::{}").format(own, _CAST.get(column.type, sql.SQL("text")))


def _present(mapped: MappedColumn, name: str) -> sql.Composable:
    """A database column, NULL where it holds one of the values that mean nothing."""
    own = sql.Identifier(name)
    if not mapped.missing:
        return own
    return sql.SQL("(case when {0}::text in ({1}) then null else {0} end)").format(
        own, sql.SQL(", ").join(map(sql.Literal, mapped.missing))
    )


def _joined(mapped: MappedColumn, separator: str) -> sql.Composable:
    """One text of one or several columns; NULL where a part is. A `:` within a part is escaped: no two keys meet."""
    if mapped.column is not None:
        return sql.SQL("{}::text").format(_present(mapped, mapped.column))
    text = sql.SQL("replace(replace({}::text, '%', '%25'), ':', '%3A')" if separator == ":" else "{}::text")
    parts = [text.format(sql.Identifier(name)) for name in mapped.key_columns]
    between = sql.SQL(" || {} || ").format(sql.Literal(separator))
    return sql.Composed([piece for part in parts for piece in (between, part)][1:])


def _renamed(mapped: MappedColumn) -> sql.Composable:
    """The value that `values` has for the database's, else `otherwise`, else its own; NULL stays NULL."""
    assert mapped.column is not None
    own = sql.SQL("{}::text").format(_present(mapped, mapped.column))
    cases = [
        sql.SQL("when {} = {} then {}").format(own, sql.Literal(before), sql.Literal(after))
        for before, after in (mapped.values or {}).items()
    ]
    other = own if mapped.otherwise is None else sql.Literal(mapped.otherwise)
    cases.append(sql.SQL("when {} is not null then {}").format(own, other))
    return sql.SQL("case {} end").format(sql.SQL(" ").join(cases))


def _zoned(wall: sql.Composable, time_zone: str) -> sql.Composable:
    return sql.SQL("({} at time zone {})").format(wall, sql.Literal(time_zone))


def _in_utc(moment: sql.Composable) -> sql.Composable:
    return sql.SQL("{} at time zone 'UTC'").format(moment)
