"""What an object of the org is: fields of a type, some of which lead to other objects."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ingestion.sandbox.facts import SALESFORCE_PREFIXES


@dataclass(frozen=True)
class Field:
    """A field; a `reference` leads to one of `targets`, and `relationship.Name` reads on there."""

    name: str
    type: str
    targets: tuple[str, ...] = ()

    @property
    def relationship(self) -> str | None:
        if not self.targets:
            return None
        return f"{self.name[:-3]}__r" if self.name.endswith("__c") else self.name.removesuffix("Id")

    def describe(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "label": self.name.removesuffix("__c"),
            "type": self.type,
            "custom": self.name.endswith("__c"),
            "nillable": self.name not in ("Id", "IsDeleted", "CreatedDate", "SystemModstamp"),
            "filterable": True,
            "sortable": True,
            "groupable": self.type not in ("double", "currency", "datetime"),
            "referenceTo": list(self.targets),
            "relationshipName": self.relationship,
        }


@dataclass(frozen=True)
class SObject:
    name: str
    kind: str
    """Of its ids: a key of `SALESFORCE_PREFIXES`."""
    fields: tuple[Field, ...]
    since: int = 0
    """The first API version that has it."""

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Fields by their name in lower case."""
        return {field.name.lower(): field for field in self.fields}

    @cached_property
    def by_relationship(self) -> dict[str, Field]:
        return {field.relationship.lower(): field for field in self.fields if field.relationship}

    @property
    def is_deletable(self) -> bool:
        return "isdeleted" in self.by_name

    def summary(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "label": self.name,
            "labelPlural": f"{self.name}s",
            "keyPrefix": SALESFORCE_PREFIXES[self.kind],
            "custom": False,
            "queryable": True,
            "retrieveable": True,
            "urls": {"sobject": f"/sobjects/{self.name}", "describe": f"/sobjects/{self.name}/describe"},
        }

    def describe(self) -> dict[str, Any]:
        return {**self.summary(), "fields": [field.describe() for field in self.fields]}


def define(
    name: str,
    kind: str,
    *common: tuple[Field, ...],
    references: dict[str, str] | None = None,
    since: int = 0,
    **types: str,
) -> SObject:
    """An object by the names of its fields under their type; `references` says what a lookup leads to."""
    plain = (Field(field, type_) for type_, names in types.items() for field in names.split())
    lookups = (Field(field, "reference", tuple(to.split())) for field, to in (references or {}).items())
    shared = (field for part in common for field in part)
    return SObject(name, kind, (Field("Id", "id"), *shared, *plain, *lookups), since)
