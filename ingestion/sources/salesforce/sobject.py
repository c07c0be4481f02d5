"""What an object of Salesforce is to this connector: its table, its fields, and how it is kept up to date."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.tables import Column, ColumnType, RawTable

Field = tuple[str, ColumnType, str]
"""API name, type and description; the column is called like the field, in snake case."""

MAY_LACK = {
    "CurrencyIsoCode",
    "DefaultCurrencyIsoCode",
    "BillingCountryCode",
    "MailingCountryCode",
    "CountryCode",
    "ApiName",
    "GroupEventType",
    "IsUpToDate",
}
"""Standard fields that exist only with an edition or a feature: not worth a remark where they are missing."""
CURRENCY: Field = ("CurrencyIsoCode", "text", "ISO 4217; absent from an org with one currency")
OWNER: Field = ("OwnerId", "text", "Owner: a user, or a queue")
MASTER: Field = ("MasterRecordId", "text", "The surviving record, where this one was merged away")
CREATED: Field = ("CreatedDate", "timestamp", "When the record was created")


@dataclass(frozen=True)
class SObject:
    """One object and its table. Without `cursor` it is read whole on each run and replaces the table."""

    name: str
    table: RawTable
    fields: tuple[str, ...]
    custom_fields: tuple[str, ...] = ()
    """Fields of the org's own which nobody promises: those absent are left out."""
    cursor: str | None = "SystemModstamp"
    conditions: tuple[str, ...] = ()
    living: tuple[str, ...] | None = None
    """What tells living records from others; their number is compared with the rows held. None: not compared."""
    is_optional: bool = False
    """An org may do without it (a feature, an edition, a right): its table is then left as it is, with the reason."""


def whole(
    name: str,
    table: str,
    description: str,
    fields: Sequence[Field],
    *,
    more: tuple[Column, ...] = (),
    conditions: tuple[str, ...] = (),
    is_optional: bool = True,
) -> SObject:
    """A short list without deletions of its own: what is no longer listed is gone."""
    columns = (Column("id", "text", "Salesforce's id", path="Id"), *map(_column, fields), *more)
    raw = RawTable(table, description, columns, key=("id",), write="replace")
    names = ("Id", *(field for field, _, _ in fields))
    return SObject(name, raw, names, cursor=None, conditions=conditions, is_optional=is_optional)


def changing(
    name: str,
    table: str,
    description: str,
    fields: Sequence[Field],
    *,
    roles: dict[str, Field] | None = None,
    own: tuple[str, ...] = (),
    cursor: str = "SystemModstamp",
    conditions: tuple[str, ...] = (),
    key: tuple[str, ...] = ("id",),
    can_delete: bool = True,
    is_compared: bool = True,
    is_optional: bool = False,
) -> SObject:
    """An object read by what changed. `roles` are custom fields with a column of ours, `own` those kept as they are."""
    system: list[Field] = []
    if cursor != "CreatedDate":
        system.append((cursor, "timestamp", "Cursor: when a user or Salesforce last changed the record"))
    if can_delete:
        system.append(("IsDeleted", "bool", "In the recycle bin, or merged away"))
    declared = (*fields, *system)
    columns = [Column("id", "text", "Salesforce's id", path="Id"), *map(_column, declared)]
    columns += [Column(column, type_, text, path=field) for column, (field, type_, text) in (roles or {}).items()]
    raw = RawTable(
        table,
        description,
        tuple(columns),
        key=key,
        version=_snake(cursor),
        deleted_flag="IsDeleted" if can_delete else None,
    )
    living = ("IsDeleted = false",) if can_delete else ()
    return SObject(
        name,
        raw,
        ("Id", *(field for field, _, _ in declared)),
        tuple(dict.fromkeys((*(field for field, _, _ in (roles or {}).values()), *own))),
        cursor,
        conditions,
        living=living if is_compared else None,
        is_optional=is_optional,
    )


def field_history(
    parent: str, table: str, description: str, *, name: str | None = None, conditions: tuple[str, ...] = ()
) -> SObject:
    """The field history of an object, which an org may not keep; `name` where it is not `<parent>History`.

    It goes by the day of the change, and nothing in it ever changes.
    """
    return changing(
        name or f"{parent}History",
        table,
        f"{description}; Salesforce keeps 18 to 24 months.",
        (
            (f"{parent}Id", "text", parent),
            ("Field", "text", "Field, or an event such as `created`"),
            ("OldValue", "text", "Value before"),
            ("NewValue", "text", "Value after"),
            ("CreatedById", "text", "Who changed it"),
            CREATED,
        ),
        cursor="CreatedDate",
        conditions=conditions,
        is_compared=False,
        is_optional=True,
    )


def _column(field: Field) -> Column:
    name, type_, description = field
    return Column(_snake(name), type_, description, path=name)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
