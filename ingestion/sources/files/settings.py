"""How files are mapped onto the canonical contract. Every mistake is named before a file is opened."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Self

import duckdb
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from ingestion.source import SourceSettings
from ingestion.sources.files.contract import ADDED_BY_DBT, NEUTRAL_DEFAULTS, ContractTable, read_contract
from ingestion.sources.files.problems import nearest

FileFormat = Literal["csv", "parquet", "jsonl"]


def _wrong(message: str) -> PydanticCustomError:
    return PydanticCustomError("mapping", "{message}", {"message": message})


def _check_keys(model: type[BaseModel], values: Any, what: str) -> None:
    if isinstance(values, dict):
        for key in values:
            if key not in model.model_fields:
                raise _wrong(f"`{key}` is not a setting of {what}{nearest(key, model.model_fields)}")


def _text(value: Any) -> Any:
    """TOML's own booleans and numbers as the text a file would hold."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) or hasattr(value, "isoformat") else value


class ColumnMapping(BaseModel):
    """Where one canonical column comes from: exactly one of `column`, `columns`, `constant`, `row_number`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: str | None = None
    columns: tuple[str, ...] = ()
    separator: str = "-"
    constant: str | None = None
    row_number: bool = False
    values: dict[str, str] = {}
    default: str | None = None
    format: str | None = None
    multiply_by: Decimal | None = Field(default=None, max_digits=12, decimal_places=4)
    round: bool = False

    @model_validator(mode="before")
    @classmethod
    def _shorthand(cls, given: Any) -> Any:
        if isinstance(given, str):
            return {"column": given}
        _check_keys(cls, given, "a column mapping")
        if isinstance(given, dict):
            given = {key: _text(value) if key in ("constant", "default") else value for key, value in given.items()}
            if isinstance(given.get("values"), dict):
                given["values"] = {key: _text(value) for key, value in given["values"].items()}
        return given

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        origins = [self.column is not None, bool(self.columns), self.constant is not None, self.row_number]
        if sum(origins) != 1:
            raise _wrong("give exactly one of column, columns, constant and row_number")
        if "" in self.values:
            raise _wrong("an empty value cannot be listed in `values`: say what it becomes with `default`")
        if self.format is not None:
            _check_format(self.format)
        return self

    @property
    def source_columns(self) -> tuple[str, ...]:
        return (self.column,) if self.column is not None else self.columns


class TableMapping(BaseModel):
    """One export mapped onto one canonical table. Several may fill the same table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str
    files: str
    columns: dict[str, ColumnMapping]
    format: FileFormat | None = None
    only: dict[str, tuple[str, ...]] = {}
    distinct: bool = False
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    quote: str = Field(default='"', max_length=1)
    encoding: str = "utf-8"
    skip_lines: int = Field(default=0, ge=0)
    column_names: tuple[str, ...] = ()
    decimal_separator: Literal[".", ","] = "."
    thousands_separator: str = Field(default="", max_length=1)
    date_format: str | None = None
    timestamp_format: str | None = None
    timezone: str = "UTC"
    null_values: tuple[str, ...] = ()
    allow_empty: bool = False
    min_share_of_last: float = Field(default=0.5, ge=0, le=1)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, given: Any) -> Any:
        _check_keys(cls, given, "a table")
        return given

    @model_validator(mode="after")
    def _plausible(self) -> Self:
        try:
            codecs.lookup(self.encoding)
        except LookupError:
            raise _wrong(f"`encoding`: there is no encoding called {self.encoding}") from None
        if self.thousands_separator == self.decimal_separator:
            raise _wrong("`thousands_separator` and `decimal_separator` are the same")
        for form in (self.date_format, self.timestamp_format):
            if form is not None:
                _check_format(form)
        if not _answers("select now() at time zone $1", self.timezone):
            raise _wrong(f"`timezone`: there is no time zone called {self.timezone}")
        return self

    def check(self, table: ContractTable) -> Iterable[str]:
        """What in this mapping does not fit `table`, in plain words."""
        known = [column.name for column in table.columns]
        for name, mapping in self.columns.items():
            if name in {*ADDED_BY_DBT, table.key}:
                yield f"`{name}` is filled by the warehouse itself; map the export's key to source_record_id"
            elif name not in known:
                yield f"{table.name} has no column `{name}`{nearest(name, known)}"
            else:
                column = next(column for column in table.columns if column.name == name)
                if (mapping.multiply_by is not None or mapping.round) and not column.is_numeric:
                    yield f"`{name}` is no number, so multiply_by and round do not apply"
                if mapping.format is not None and column.data_type not in ("date", "timestamp"):
                    yield f"`{name}` is no date, so format does not apply"
        required = [c.name for c in table.columns if c.is_required and c.name not in NEUTRAL_DEFAULTS]
        if missing := [name for name in required if name not in self.columns]:
            yield f"{table.name} needs {', '.join(missing)}: map each to a column of the file or to a constant"


class Settings(SourceSettings):
    """One folder of exports. `path` is resolved against the settings file; the caller fills in `contract_dir`."""

    path: Path
    contract_dir: Path
    tables: tuple[TableMapping, ...]

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, given: Any) -> Any:
        _check_keys(cls, given, "a files source")
        return given

    @model_validator(mode="after")
    def _fits_contract(self) -> Self:
        contract = read_contract(self.contract_dir)
        wrong = []
        for position, mapping in enumerate(self.tables):
            if mapping.table not in contract:
                problems: Iterable[str] = [f"there is no table `{mapping.table}`{nearest(mapping.table, contract)}"]
            else:
                problems = mapping.check(contract[mapping.table])
            wrong += [f"tables[{position}]: {problem}" for problem in problems]
        if wrong:
            raise _wrong("; ".join(wrong))
        return self

    @property
    def contract(self) -> dict[str, ContractTable]:
        return read_contract(self.contract_dir)


def _check_format(form: str) -> None:
    if not _answers("select try_strptime('', $1)", form):
        raise _wrong(f"`{form}` is not a date format; write it as in %d.%m.%Y %H:%M")


def _answers(query: str, argument: str) -> bool:
    try:
        with duckdb.connect() as connection:
            connection.execute(query, [argument])
    except duckdb.Error:
        return False
    return True
