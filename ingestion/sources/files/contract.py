"""The canonical contract as data: which tables and columns files can be mapped onto, read from the models' YAML.

The contract is written once, beside the dbt models that enforce it; this module only reads it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ingestion.tables import Column, ColumnType, RawTable

ADDED_BY_DBT = frozenset({"source", "source_instance"})

NEUTRAL_DEFAULTS: dict[str, str] = {
    "is_deleted": "false",
    "is_active": "true",
    "is_primary": "false",
    "is_proration": "false",
    "is_trial": "false",
    "is_paused": "false",
    "discount_percent": "0",
}
"""What a required column holds when an export says nothing about it. Only columns whose absence has one plain meaning
are here: an export lists living records, at full price. Wins, currencies, dates and revenue types are never guessed."""

LETTER_CASE: dict[str, str] = {"email": "lower", "domain": "lower", "country_code": "upper", "currency_code": "upper"}
"""The letter case that the contract promises, by the ending of a column's name; applied to every mapped value."""

_TYPES: dict[str, ColumnType] = {
    "string": "text",
    "bigint": "bigint",
    "boolean": "bool",
    "date": "date",
    "timestamp": "timestamp",
    "double": "double",
}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DECIMAL = re.compile(r"decimal\((\d+),\s*(\d+)\)")


@dataclass(frozen=True)
class ContractColumn:
    """One column that a setting may fill. `accepted` is empty where any value may stand."""

    name: str
    data_type: str
    description: str
    is_required: bool
    accepted: tuple[str, ...]

    @property
    def is_decimal(self) -> bool:
        return bool(_DECIMAL.fullmatch(self.data_type))

    @property
    def is_numeric(self) -> bool:
        return self.is_decimal or self.data_type in ("bigint", "double")

    @property
    def letter_case(self) -> str | None:
        """`lower` or `upper` where the contract promises it."""
        return next(
            (case for end, case in LETTER_CASE.items() if self.name == end or self.name.endswith(f"_{end}")), None
        )

    @property
    def raw(self) -> Column:
        kind: ColumnType = "decimal" if self.is_decimal else _TYPES[self.data_type]
        return Column(self.name, kind, self.description, required=self.is_required)


@dataclass(frozen=True)
class ContractTable:
    """One canonical table without the columns that dbt adds (its key, `source`, `source_instance`)."""

    name: str
    description: str
    key: str
    columns: tuple[ContractColumn, ...]

    @property
    def raw(self) -> RawTable:
        """The raw table of a files instance: bare ids as the files have them, replaced whole on every run."""
        columns = tuple(column.raw for column in self.columns)
        return RawTable(self.name, self.description, columns, key=("source_record_id",), write="replace")


@lru_cache(maxsize=8)
def read_contract(directory: Path) -> dict[str, ContractTable]:
    """Every canonical table under `directory`, by name. Raises ValueError where there is none or a type is unknown."""
    tables: dict[str, ContractTable] = {}
    for file in sorted(directory.glob("*/*.yml")):
        for model in (yaml.load(file.read_text("utf-8"), _LOADER) or {}).get("models") or []:
            meta = model.get("config", {}).get("meta", {})
            if "domain" in meta:
                tables[model["name"]] = _table(model, meta["key"])
    if not tables:
        raise ValueError(f"{directory} holds no canonical contract")
    return tables


def _table(model: dict[str, Any], key: str) -> ContractTable:
    columns = tuple(_column(item) for item in model["columns"] if item["name"] not in {*ADDED_BY_DBT, key})
    return ContractTable(model["name"], model.get("description", ""), key, columns)


def _column(item: dict[str, Any]) -> ContractColumn:
    if item["data_type"] not in _TYPES and not _DECIMAL.fullmatch(item["data_type"]):
        raise ValueError(f"the contract's {item['name']} has the type {item['data_type']}, which files cannot fill")
    accepted: tuple[str, ...] = ()
    for test in item.get("data_tests", []):
        if isinstance(test, dict) and "accepted_values" in test:
            rule = test["accepted_values"]
            accepted = tuple(str(value) for value in rule.get("arguments", rule)["values"])
    required = any(constraint["type"] == "not_null" for constraint in item.get("constraints", []))
    return ContractColumn(item["name"], item["data_type"], item.get("description", ""), required, accepted)
