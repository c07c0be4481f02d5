"""A warehouse without a refresh: empty tables to fill by hand, and the models' own SQL to build in them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import duckdb
import yaml
from hypothesis import settings

from expectations.suites import mart_suites
from tests.dbt.conftest import PROJECT, Compiled

SCHEMAS = {"intermediate": "canonical", "marts": "marts", "metrics": "metrics"}
SUITES = mart_suites()
FEW = settings(max_examples=15, deadline=None)

Rows = list[dict[str, Any]]


class Warehouse:
    """Every table above staging, empty, to fill by hand and to build models in."""

    def __init__(self, models: dict[str, Compiled]) -> None:
        self.models = models
        self.connection = duckdb.connect()
        name = next(iter(models.values())).database
        self.connection.execute(f'attach \':memory:\' as "{name}"; use "{name}"')
        for layer, schema in SCHEMAS.items():
            self.connection.execute(f"create schema {schema}")
            for path in Path(PROJECT / "models" / layer).rglob("*.yml"):
                for model in yaml.safe_load(path.read_text()).get("models", []):
                    columns = ", ".join(f'"{column["name"]}" {column["data_type"]}' for column in model["columns"])
                    self.connection.execute(f"create table {schema}.{model['name']} ({columns})")

    def insert(self, table: str, rows: Rows) -> None:
        for row in rows:
            columns = ", ".join(f"? as {name}" for name in row)
            self.connection.execute(f"insert into {table} by name select {columns}", list(row.values()))

    def build(self, *names: str) -> None:
        for name in names:
            model = self.models[name]
            self.connection.execute(f"insert into {model.table} by name ({model.code})")

    def broken(self, *tables: str) -> list[str]:
        """Laws of `tables` that do not hold."""
        return [
            law.description
            for table in tables
            for law in SUITES.get(table, ())
            if self.connection.execute(law.unexpected_rows_query.format(batch=table)).fetchall()
        ]


Start = Callable[[], AbstractContextManager[Warehouse]]


def broken_by(company: Start, rows: dict[str, Rows], *tables: str) -> list[str]:
    """Laws of `tables`, without any named of all those with `rows`, that do not hold where nothing else is."""
    with company() as warehouse:
        for table, found in rows.items():
            warehouse.insert(table, found)
        return warehouse.broken(*(tables or rows))
