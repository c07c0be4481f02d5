"""How a Dataverse table becomes a raw table: its kinds of columns, and how it is read again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from ingestion.tables import Column, ColumnType, RawTable

FORMATTED_VALUE = "OData.Community.Display.V1.FormattedValue"
LOGICAL_NAME = "Microsoft.Dynamics.CRM.lookuplogicalname"

Reading = Literal["tracked", "changed", "whole"]
"""How a table is read again: by its change tracking, by the time of its rows, or all of it."""

Columns = tuple[Column, ...]


@dataclass(frozen=True)
class Entity:
    """One raw table and the Dataverse table behind it."""

    entity_set: str
    table: RawTable
    reading: Reading = "tracked"
    cursor: str = "modifiedon"
    """The column that says when a record last changed."""
    extra: tuple[str, ...] = ()
    """Columns that the settings ask for; one that does not exist is an error of the settings."""
    is_optional: bool = False
    """An environment may not have it: the table then stays empty."""

    @property
    def key(self) -> str:
        """The column that identifies a record."""
        return self.table.key[0]

    @property
    def select(self) -> tuple[str, ...]:
        """What to ask for; annotations come with their column."""
        wanted = (_property_of(column) for column in self.table.columns)
        return tuple(dict.fromkeys((*wanted, *self.extra)))

    @property
    def optional_columns(self) -> frozenset[str]:
        """Columns to go on without, where an environment lacks them."""
        return frozenset(self.select) - {self.key, self.cursor, *self.extra}


def text(name: str, description: str) -> Column:
    """A column of text, or an id."""
    return Column(name, "text", description)


def value(name: str, type_: ColumnType, description: str) -> Column:
    """A column of any other type."""
    return Column(name, type_, description)


def choice(name: str, description: str) -> Columns:
    """An option set: its number, and the label that users see."""
    return (
        Column(name, "bigint", description),
        Column(f"{name}_label", "text", "Its label", path=(f"{name}@{FORMATTED_VALUE}",)),
    )


def lookup(name: str, description: str) -> Column:
    """The id of a record of one table."""
    return Column(name, "text", description, path=(f"_{name}_value",))


def named(name: str, description: str) -> Columns:
    """The id of a record, and its name."""
    label = Column(f"{name}_label", "text", "Its name", path=(f"_{name}_value@{FORMATTED_VALUE}",))
    return lookup(name, description), label


def typed(name: str, description: str) -> Columns:
    """The id of a record of one of several tables, and of which."""
    kind = Column(f"{name}_type", "text", "Its table", path=(f"_{name}_value@{LOGICAL_NAME}",))
    return lookup(name, description), kind


def times() -> Columns:
    """When a record came to be and last changed, and the version that tells copies of it apart."""
    return (
        Column("createdon", "timestamp", "When the record was created"),
        Column("modifiedon", "timestamp", "When the record was last changed"),
        Column("versionnumber", "bigint", "Grows with every change in the environment"),
    )


def state() -> Columns:
    """The state of a record, and the reason for it."""
    return (*choice("statecode", "State"), *choice("statuscode", "Reason for the state"))


def common() -> Columns:
    """What every record that somebody owns has."""
    return (*typed("ownerid", "Owner"), lookup("transactioncurrencyid", "Currency"), *state(), *times())


def merge() -> Columns:
    """Whether a record was merged away, and into which."""
    return Column("merged", "bool", "Merged into another record"), lookup("masterid", "The surviving record")


def configured(name: str, field: str, what: str) -> Columns:
    """A column of the company's own: its value, and its label where it is a choice or a lookup."""
    return (
        Column(name, "text", f"Configured column: {what}", path=(field,)),
        Column(f"{name}_label", "text", "Its label", path=(f"{field}@{FORMATTED_VALUE}",)),
    )


def entity(
    entity_set: str, description: str, columns: Columns, reading: Reading = "tracked", is_optional: bool = False
) -> Entity:
    """A table named like its entity set, whose key is the first column and whose newest version wins."""
    version = "versionnumber" if any(column.name == "versionnumber" for column in columns) else None
    table = RawTable(entity_set, description, columns, key=(columns[0].name,), version=version)
    return Entity(entity_set, table, reading, is_optional=is_optional)


def versions(name: str, description: str, columns: Columns) -> RawTable:
    """A table that keeps each state in which a run found a record."""
    kept = tuple(replace(column, required=True) if column.name == "modifiedon" else column for column in columns)
    return RawTable(name, description, kept, key=(columns[0].name, "modifiedon"))


def _property_of(column: Column) -> str:
    path = column.path or column.name
    return (path[0] if isinstance(path, tuple) else path).partition("@")[0]
