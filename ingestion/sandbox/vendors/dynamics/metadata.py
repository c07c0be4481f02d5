"""`EntityDefinitions`: which tables and columns there are, and what the numbers of choices are called."""

from __future__ import annotations

from typing import Any

from ingestion.sandbox.facts import dynamics_id
from ingestion.sandbox.vendors.dynamics.errors import ODataError, no_segment
from ingestion.sandbox.vendors.dynamics.tables import BY_LOGICAL, Column, Table

CASTS = {
    "Picklist": "PicklistAttributeMetadata",
    "State": "StateAttributeMetadata",
    "Status": "StatusAttributeMetadata",
}
LANGUAGE = 1033


def definition(table: Table) -> dict[str, Any]:
    """One table, as its metadata describes it."""
    return {
        "MetadataId": dynamics_id("metadata", table.logical),
        "LogicalName": table.logical,
        "SchemaName": table.logical.capitalize(),
        "EntitySetName": table.entity_set,
        "LogicalCollectionName": table.entity_set,
        "PrimaryIdAttribute": table.id,
        "PrimaryNameAttribute": table.name,
        "ChangeTrackingEnabled": table.tracks_changes,
        "IsActivity": table.id == "activityid",
        "IsCustomEntity": False,
        "DisplayName": _label(table.logical.capitalize()),
    }


def attribute(column: Column, with_options: bool = False) -> dict[str, Any]:
    """One column; with its choices where the request was cast to a type that has them."""
    body: dict[str, Any] = {
        "MetadataId": dynamics_id("metadata", f"{column.name}:{column.kind}"),
        "LogicalName": column.name,
        "SchemaName": column.name,
        "AttributeType": column.kind,
        "AttributeTypeName": {"Value": f"{column.kind}Type"},
        "IsCustomAttribute": column.name.startswith("new_"),
        "IsPrimaryId": column.kind == "Uniqueidentifier",
        "DisplayName": _label(column.name),
    }
    if column.targets:
        body["Targets"] = list(column.targets)
    if with_options:
        options = [{"Value": number, "Label": _label(label), "Color": None} for number, label in column.options]
        body["OptionSet"] = {"Name": column.name, "IsGlobal": False, "OptionSetType": column.kind, "Options": options}
        body["GlobalOptionSet"] = None
    return body


def table_of(key: str) -> Table:
    """The table that `LogicalName='account'`, or the id of its metadata, names. Raises `ODataError`."""
    name = key.partition("=")[2].strip("'") if key.startswith("LogicalName=") else None
    for table in BY_LOGICAL.values():
        if name == table.logical or key == dynamics_id("metadata", table.logical):
            return table
    raise ODataError(404, f"The entity with a name = '{name or key}' was not found in the MetadataCache.", "0x80060888")


def attributes(table: Table, tail: list[str]) -> dict[str, Any] | list[dict[str, Any]]:
    """What a path after `…/Attributes` names: all columns, those of one type, or one column with its choices."""
    columns = list(table.columns)
    single = False
    with_options = False
    for part in tail:
        kind = next((kind for kind, cast in CASTS.items() if part == f"Microsoft.Dynamics.CRM.{cast}"), None)
        if part.startswith("(LogicalName="):
            columns = [column for column in columns if column.name == part[len("(LogicalName='") : -2]]
            single = True
        elif kind is not None:
            columns = [column for column in columns if column.kind == kind]
            with_options = True
        else:
            raise no_segment(part)
    found = [attribute(column, with_options) for column in columns]
    if single and not found:
        raise ODataError(404, "Could not find an attribute with the specified name.", "0x80060888")
    return found[0] if single else found


def _label(text: str) -> dict[str, Any]:
    label = {"Label": text, "LanguageCode": LANGUAGE, "IsManaged": True, "MetadataId": dynamics_id("label", text)}
    return {"LocalizedLabels": [label], "UserLocalizedLabel": label}
