"""Raw tables as declared before any data arrives: columns, types, keys, and how a vendor's record becomes a row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import pyarrow as pa

ColumnType = Literal[
    "text", "bigint", "decimal", "double", "bool", "date", "timestamp", "epoch_seconds", "epoch_millis", "json"
]
"""What the vendor sends. `timestamp` is ISO 8601; the two epochs are numbers; all three are stored as UTC timestamps
without a zone. `decimal` is stored as decimal(38, 9), exact whatever the currency."""

WriteMode = Literal["merge", "append", "replace"]

_ARROW: dict[str, pa.DataType] = {
    "text": pa.string(),
    "bigint": pa.int64(),
    "decimal": pa.decimal128(38, 9),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "epoch_seconds": pa.timestamp("us"),
    "epoch_millis": pa.timestamp("us"),
    "json": pa.string(),
}
_DUCKDB: dict[str, str] = {
    "text": "varchar",
    "bigint": "bigint",
    "decimal": "decimal(38, 9)",
    "double": "double",
    "bool": "boolean",
    "date": "date",
    "timestamp": "timestamp",
    "epoch_seconds": "timestamp",
    "epoch_millis": "timestamp",
    "json": "json",
}
_SCALE = Decimal("1e-9")


@dataclass(frozen=True)
class Column:
    """One declared column. `path` is where the value sits in the vendor's record: dots descend (default: `name`), and a
    tuple names each step where names have dots of their own. Where nothing is, `or_else` says where to look next."""

    name: str
    type: ColumnType
    description: str
    path: str | tuple[str, ...] | None = None
    required: bool = False
    or_else: tuple[str | tuple[str, ...], ...] = ()

    @property
    def arrow_type(self) -> pa.DataType:
        return _ARROW[self.type]

    @property
    def duckdb_type(self) -> str:
        return _DUCKDB[self.type]

    def read(self, record: dict[str, Any]) -> Any:
        """The typed value of this column in `record`; raises ValueError where it does not fit."""
        value: Any = None
        for path in (self.path or self.name, *self.or_else):
            value = record
            for step in path if isinstance(path, tuple) else path.split("."):
                value = value.get(step) if isinstance(value, dict) else None
                if value is None:
                    break
            if value is not None:
                break
        if value is None or (value == "" and self.type != "text"):
            if self.required:
                raise ValueError(f"{self.name} is missing")
            return None
        try:
            return _read(self.type, value)
        except (ValueError, TypeError, InvalidOperation, OverflowError, ArithmeticError):
            raise ValueError(f"{self.name} is not a {self.type}") from None


def _read(type_: str, value: Any) -> Any:
    match type_:
        case "text":
            return (
                value if isinstance(value, str) else json.dumps(value) if isinstance(value, dict | list) else str(value)
            )
        case "bigint":
            number = Decimal(str(value))
            if number != number.to_integral_value() or isinstance(value, bool):
                raise ValueError
            return int(number)
        case "decimal":
            number = Decimal(str(value))
            if not number.is_finite() or number != number.quantize(_SCALE):
                raise ValueError
            return number.quantize(_SCALE)
        case "double":
            return float(value)
        case "bool":
            if isinstance(value, bool):
                return value
            return (
                {"true": True, "false": False, "1": True, "0": False}[str(value).lower()]
                if value in ("true", "false", "True", "False", "1", "0", 1, 0)
                else _raise()
            )
        case "date":
            if isinstance(value, datetime):
                return value.date()
            return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
        case "timestamp":
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
            return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
        case "epoch_seconds":
            return datetime.fromtimestamp(float(value), UTC).replace(tzinfo=None)
        case "epoch_millis":
            return datetime.fromtimestamp(float(value) / 1000, UTC).replace(tzinfo=None)
        case "json":
            return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), default=str)
    raise AssertionError(type_)


def _raise() -> Any:
    raise ValueError


SYSTEM_COLUMNS = (
    Column("_record", "json", "The whole record as the vendor sent it; nothing that a column lacks is lost."),
    Column(
        "_extracted_at",
        "timestamp",
        "When the run began that brought this version of the record, or found it gone (UTC).",
    ),
    Column("_is_deleted", "bool", "True once the record's key is no longer found at the vendor."),
)


@dataclass(frozen=True)
class Rejected:
    """A record that did not fit its table, kept with the reason so that in = loaded + quarantined."""

    table: str
    reason: str
    record: str
    repeat: int = 0
    """How many equal records of this table the same run rejected before it: files may repeat a bad line."""

    @property
    def quarantine_id(self) -> str:
        ordinal = f"\0{self.repeat}" if self.repeat else ""
        return hashlib.sha256(f"{self.table}\0{self.record}{ordinal}".encode()).hexdigest()


@dataclass(frozen=True)
class RawTable:
    """A table of a raw dataset. `merge` needs `key`; within a load the row with the highest `version` wins."""

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    write: WriteMode = "merge"
    version: str | None = None
    deleted_flag: str | None = None
    """Where a record itself says whether it is deleted (a path like a column's); it becomes `_is_deleted`."""
    partition: str | None = None
    """A column by which `merge` replaces: every row with a value that the run brings goes, whatever its key, and the
    run's rows must have no key twice."""
    is_bookkeeping: bool = False
    """Written by the loader itself, so it has no vendor record and none of the system columns."""

    def __post_init__(self) -> None:
        if self.write == "merge" and not self.key:
            raise ValueError(f"{self.name}: merge without a key would append")
        names = [column.name for column in self.all_columns]
        if missing := {*self.key, *filter(None, (self.version, self.partition))} - set(names):
            raise ValueError(f"{self.name}: {sorted(missing)} are not declared columns")

    @property
    def all_columns(self) -> tuple[Column, ...]:
        return self.columns if self.is_bookkeeping else (*self.columns, *SYSTEM_COLUMNS)

    @property
    def arrow_schema(self) -> pa.Schema:
        return pa.schema([(column.name, column.arrow_type) for column in self.all_columns])

    def key_of(self, record: dict[str, Any]) -> list[Any]:
        """The values of the key in a vendor's record; None for what is missing or does not fit."""
        columns = {column.name: column for column in self.all_columns}
        values: list[Any] = []
        for name in self.key:
            try:
                values.append(columns[name].read(record))
            except (ValueError, AttributeError):
                values.append(None)
        return values

    def batch(self, records: Iterable[dict[str, Any]], extracted_at: datetime) -> tuple[pa.Table, list[Rejected]]:
        """Turn vendor records into a typed Arrow table; what does not fit comes back as `Rejected`, never raised."""
        rows: list[dict[str, Any]] = []
        rejected: list[Rejected] = []
        required = [column for column in self.columns if column.required or column.name in self.key]
        flag = Column("_is_deleted", "bool", "", path=self.deleted_flag) if self.deleted_flag else None
        for record in records:
            raw = json.dumps(record, separators=(",", ":"), default=str, ensure_ascii=False)
            try:
                row = {column.name: column.read(record) for column in self.columns}
                for column in required:
                    if row[column.name] is None:
                        raise ValueError(f"{column.name} is missing")
                is_deleted = bool(flag and flag.read(record))
            except (ValueError, AttributeError) as error:
                rejected.append(Rejected(self.name, str(error), raw))
                continue
            row["_record"] = raw
            row["_extracted_at"] = extracted_at
            row["_is_deleted"] = is_deleted
            rows.append(row)
        return pa.Table.from_pylist(rows, schema=self.arrow_schema), rejected

    def ddl(self, schema: str, there: Mapping[str, str | None]) -> Iterator[str]:
        """Statements that make this table in `schema` what is declared, comments included.

        `there` has the comments that are there, by column, the table's own under "". It is empty if there is no table.
        """
        target = f'"{schema}"."{self.name}"'
        if there:
            for column in self.all_columns:
                if column.name not in there:
                    yield f'alter table {target} add column "{column.name}" {column.duckdb_type}'
        else:
            columns = ", ".join(f'"{c.name}" {c.duckdb_type}' for c in self.all_columns)
            if not self.is_bookkeeping:
                columns += ", _dlt_load_id varchar"
            yield f"create table {target} ({columns})"
        if there.get("") != self.description:
            yield f"comment on table {target} is {_quoted(self.description)}"
        for column in self.all_columns:
            if there.get(column.name) != column.description:
                yield f'comment on column {target}."{column.name}" is {_quoted(column.description)}'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
