"""Each amount keeps its own currency and rate beside what it is in the reporting currency."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import yaml

from tests.dbt.conftest import PROJECT

OF_SEVERAL_CURRENCIES = {"fct_mrr_spell_starts", "fct_relationship_changes"}
"""Sums over amounts in whatever currencies they were."""


def tables() -> Iterator[tuple[str, set[str]]]:
    """Marts with an amount in the reporting currency, and their columns."""
    for path in sorted((PROJECT / "models" / "marts").rglob("*.yml")):
        for model in yaml.safe_load(path.read_text()).get("models", []):
            columns = {column["name"] for column in model.get("columns", [])}
            if (
                any(name.endswith("amount_reporting") for name in columns)
                and model["name"] not in OF_SEVERAL_CURRENCIES
            ):
                yield model["name"], columns


@pytest.mark.parametrize(("table", "columns"), [pytest.param(*found, id=found[0]) for found in tables()])
def test_an_amount_has_its_currency_and_rate_beside_it(table: str, columns: set[str]) -> None:
    for name in columns:
        found = re.fullmatch(r"(from_|to_|entry_)?(.*?)amount_reporting", name)
        if found and not found[2].startswith("weighted"):
            side = found[1] or ""
            assert {f"{side}currency_code", f"{side}reporting_rate"} <= columns, name
            assert {f"{side}{found[2]}amount", f"{side}amount"} & columns, name
