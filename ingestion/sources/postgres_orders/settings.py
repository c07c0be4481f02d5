"""Settings of one order database: how to reach it, and which of its columns is which of ours."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from ingestion.source import SourceSettings
from ingestion.sources.postgres_orders.tables import TABLES
from ingestion.tables import Column

_STRICT = ConfigDict(extra="forbid", frozen=True)


_PART = r'"(?:[^"]|"")+"|[^".]+'


class MappedColumn(BaseModel):
    """Where one raw column comes from: a database column, several that are joined into one, or a constant."""

    model_config = _STRICT

    column: str | None = None
    columns: tuple[str, ...] | None = None
    """Columns joined by `:`, as a key of several parts needs; by a space where there is a `format`."""
    constant: str | None = None
    values: dict[str, str] | None = None
    """Database value (as text) → raw value; a value not listed stays as it is."""
    otherwise: str | None = None
    """What every value not listed in `values` is."""
    null: str | None = None
    """What NULL is."""
    missing: tuple[str, ...] = ()
    """Database values (as text) that mean NULL."""
    format: str | None = None
    """How a time or date is written in a text, as a template of PostgreSQL's `to_timestamp`: `YYYYMMDD`."""
    decimals: int = Field(default=0, ge=0, le=9)
    """How many of an amount's digits come after the point: 2 for cents, for a percentage 2 too."""
    times: tuple[str, ...] = ()
    """Columns to multiply the amount by; turns a discount's rate into its amount."""

    @model_validator(mode="after")
    def _is_one_of_three(self) -> MappedColumn:
        if sum(source is not None for source in (self.column, self.columns, self.constant)) != 1:
            raise ValueError("give either `column`, `columns` or `constant`")
        if self.columns is not None and len(self.columns) < 2:
            raise ValueError("`columns` joins two or more; give a single one as `column`")
        for name in ("values", "otherwise", "missing", "decimals", "times"):
            if getattr(self, name) and self.column is None:
                raise ValueError(f"`{name}` needs `column`")
        if self.constant is not None and (self.format or self.null is not None):
            raise ValueError("a `constant` stands alone")
        return self

    @property
    def key_columns(self) -> tuple[str, ...]:
        """The database columns that make the value, in order."""
        return self.columns or ((self.column,) if self.column is not None else ())


class TableMapping(BaseModel):
    """One raw table's place in the database."""

    model_config = _STRICT

    relation: str
    """Table or view, with its schema, exactly as the database spells it; a part with a dot in it in double quotes."""
    columns: dict[str, str | MappedColumn]
    """Raw column → database column. Raw columns left out stay NULL; the key must be there."""
    cursor: str | None = None
    """Database column that grows when a row changes: a time of change or a growing key. Without it all are read."""
    parent: str | None = None
    """Raw table whose change is this row's change too, for rows that have no time of change of their own."""
    parent_column: str | tuple[str, ...] | None = None
    """Database column that holds the parent's key, or columns in the order of the parent's."""
    lag_minutes: int | None = Field(default=None, ge=0)
    """How far behind the last mark to read again; the source's own setting when left out."""
    tracks_deletes: bool = True
    """Compare keys in every run and mark rows that are gone."""

    @field_validator("relation")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        if not re.fullmatch(rf"(?:{_PART})(?:\.(?:{_PART}))*", value):
            raise ValueError('name it as `schema.table`, a part with a dot in it in double quotes: `erp."order.head"`')
        return value

    @model_validator(mode="after")
    def _knows_its_parent(self) -> TableMapping:
        if (self.parent is None) != (self.parent_column is None):
            raise ValueError("`parent` and `parent_column` go together")
        if self.parent and self.cursor:
            raise ValueError("give either `cursor` or `parent`")
        return self

    @property
    def relation_parts(self) -> tuple[str, ...]:
        """Schema and table, without their quotes."""
        return tuple(
            part[1:-1].replace('""', '"') if part.startswith('"') else part for part in re.findall(_PART, self.relation)
        )

    @property
    def parent_columns(self) -> tuple[str, ...]:
        """The database columns that hold the parent's key; none without a parent."""
        return (self.parent_column,) if isinstance(self.parent_column, str) else self.parent_column or ()

    def column(self, raw: str) -> MappedColumn | None:
        """Where the raw column comes from; None where it stays NULL."""
        found = self.columns.get(raw)
        return MappedColumn(column=found) if isinstance(found, str) else found


DEFAULT_TABLES = {
    "customers": TableMapping(
        relation="shop.clients",
        cursor="last_changed",
        columns={
            "customer_id": "cl_no",
            "name": "cl_name",
            "email": "contact_mail",
            "country": "ctry",
            "created_at": "created",
            "changed_at": "last_changed",
        },
    ),
    "products": TableMapping(
        relation="shop.articles",
        cursor="last_changed",
        columns={"product_id": "art_no", "name": "descr", "family": "grp", "changed_at": "last_changed"},
    ),
    "order_states": TableMapping(relation="shop.order_states", columns={"state": "st", "label": "label"}),
    "orders": TableMapping(
        relation="shop.sales_orders",
        cursor="last_changed",
        columns={
            "order_id": "ord_no",
            "customer_id": "cl_no",
            "opportunity_reference": "crm_ref",
            "state": "st",
            "currency": "ccy",
            "ordered_at": "ord_ts",
            "cancelled_at": "cancelled_ts",
            "changed_at": "last_changed",
        },
    ),
    "order_lines": TableMapping(
        relation="shop.sales_order_positions",
        parent="orders",
        parent_column="ord_no",
        columns={
            "order_line_id": "pos_id",
            "order_id": "ord_no",
            "product_id": "art_no",
            "quantity": "qty",
            "unit_amount": "unit_net",
            "discount_amount": "disc",
            "tax_amount": "tax",
        },
    ),
    "refunds": TableMapping(
        relation="shop.returns",
        cursor="last_changed",
        columns={
            "refund_id": "ret_no",
            "order_id": "ord_no",
            "amount": "amt",
            "refunded_at": "ret_ts",
            "changed_at": "last_changed",
        },
    ),
    "exchange_rates": TableMapping(
        relation="treasury.fx_fixings",
        cursor="fix_date",
        # A fixing carries no time of change; corrections are made within weeks.
        lag_minutes=45 * 24 * 60,
        columns={
            "rate_date": "fix_date",
            "from_currency": "ccy",
            "to_currency": MappedColumn(constant="USD"),
            "rate": "usd_rate",
        },
    ),
}
"""The in-house schema of the example company."""


class Settings(SourceSettings):
    """`[sources.postgres_orders]`; `tables`, when given, replaces the whole default mapping."""

    dsn: SecretStr
    """`postgresql://user:password@host:port/database`, of a role that may only read."""
    tables: dict[str, TableMapping] = DEFAULT_TABLES
    time_zone: str = "UTC"
    """Zone of the database's timestamps without one."""
    lag_minutes: int = Field(default=60, ge=0)
    """Covers transactions that committed after the last run with an earlier time of change."""
    connect_timeout_seconds: int = Field(default=10, ge=1)
    block_bytes: int = Field(default=4 * 1024 * 1024, ge=1024)
    """How much of an answer is turned into one Arrow batch; must hold the longest row."""
    keeps_records: bool = True
    """Keep every row whole as JSON in `_record`."""

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        ZoneInfo(value)
        return value

    @model_validator(mode="after")
    def _fits_the_raw_tables(self) -> Settings:
        for name, mapping in self.tables.items():
            table = TABLES.get(name)
            if table is None:
                raise ValueError(f"tables.{name}: there is no such raw table; choose from {', '.join(TABLES)}")
            known = {column.name for column in table.columns}
            if unknown := sorted(set(mapping.columns) - known):
                raise ValueError(f"tables.{name}.columns: no such raw columns: {', '.join(unknown)}")
            if missing := sorted(set(table.key) - set(mapping.columns)):
                raise ValueError(f"tables.{name}.columns: the key is not mapped: {', '.join(missing)}")
            for column in table.columns:
                self._fits_the_column(name, column, mapping.column(column.name))
            if mapping.parent:
                self._fits_the_parent(name, mapping)
        return self

    def _fits_the_column(self, table: str, column: Column, mapped: MappedColumn | None) -> None:
        place = f"tables.{table}.columns.{column.name}"
        if mapped is None:
            return
        if mapped.format and column.type not in ("timestamp", "date"):
            raise ValueError(f"{place}.format: only a time or a date has one")
        for name in ("decimals", "times"):
            if getattr(mapped, name) and column.type != "decimal":
                raise ValueError(f"{place}.{name}: only an amount has one")
        if mapped.columns and not mapped.format and column.type != "text":
            raise ValueError(f"{place}.columns: only a text, or a time with a `format`, is joined of several")

    def _fits_the_parent(self, name: str, mapping: TableMapping) -> None:
        assert mapping.parent is not None
        parent = self.tables.get(mapping.parent)
        if parent is None or not parent.cursor or len(TABLES[mapping.parent].key) != 1:
            raise ValueError(f"tables.{name}.parent: {mapping.parent} has no cursor to follow")
        key = parent.column(TABLES[mapping.parent].key[0])
        if key is None or len(key.key_columns) != len(mapping.parent_columns):
            known_by = ", ".join(key.key_columns) if key else "nothing"
            raise ValueError(f"tables.{name}.parent_column: name as many columns as {mapping.parent} has: {known_by}")

    def lag(self, mapping: TableMapping) -> timedelta:
        """How far behind the last mark a table is read again."""
        return timedelta(minutes=self.lag_minutes if mapping.lag_minutes is None else mapping.lag_minutes)
