"""Settings of one order database: how to reach it, and which of its columns is which of ours."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from ingestion.source import SourceSettings
from ingestion.sources.postgres_orders.tables import TABLES

_STRICT = ConfigDict(extra="forbid", frozen=True)


class MappedColumn(BaseModel):
    """Where one raw column comes from: a database column, its values renamed if need be, or a constant."""

    model_config = _STRICT

    column: str | None = None
    constant: str | None = None
    values: dict[str, str] | None = None
    """Database value (as text) → raw value; a value not listed stays as it is."""

    @model_validator(mode="after")
    def _is_one_of_two(self) -> MappedColumn:
        if (self.column is None) == (self.constant is None):
            raise ValueError("give either `column` or `constant`")
        if self.values and self.column is None:
            raise ValueError("`values` needs `column`")
        return self


class TableMapping(BaseModel):
    """One raw table's place in the database."""

    model_config = _STRICT

    relation: str
    """Table or view, with its schema: `shop.sales_orders`."""
    columns: dict[str, str | MappedColumn]
    """Raw column → database column. Raw columns left out stay NULL; the key must be there."""
    cursor: str | None = None
    """Database column that grows when a row changes: a time of change or a growing key. Without it all are read."""
    parent: str | None = None
    """Raw table whose change is this row's change too, for rows that have no time of change of their own."""
    parent_column: str | None = None
    """Database column that holds the parent's key."""
    lag_minutes: int | None = Field(default=None, ge=0)
    """How far behind the last mark to read again; the source's own setting when left out."""
    tracks_deletes: bool = True
    """Compare keys in every run and mark rows that are gone."""

    @model_validator(mode="after")
    def _knows_its_parent(self) -> TableMapping:
        if (self.parent is None) != (self.parent_column is None):
            raise ValueError("`parent` and `parent_column` go together")
        if self.parent and self.cursor:
            raise ValueError("give either `cursor` or `parent`")
        return self

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
            if mapping.parent:
                parent = self.tables.get(mapping.parent)
                if parent is None or not parent.cursor or len(TABLES[mapping.parent].key) != 1:
                    raise ValueError(f"tables.{name}.parent: {mapping.parent} has no cursor to follow")
        return self

    def lag(self, mapping: TableMapping) -> timedelta:
        """How far behind the last mark a table is read again."""
        return timedelta(minutes=self.lag_minutes if mapping.lag_minutes is None else mapping.lag_minutes)
