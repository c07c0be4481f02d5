"""A vendor's record becomes a typed row, or is kept aside with the reason."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.tables import Column, ColumnType, RawTable

NOW = datetime(2026, 1, 1)


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        ("text", 5, "5"),
        ("text", {"a": 1}, '{"a": 1}'),
        ("bigint", "12", 12),
        ("bigint", 12.0, 12),
        ("decimal", "12.345678901", Decimal("12.345678901")),
        ("decimal", 0.1, Decimal("0.100000000")),
        ("bool", "true", True),
        ("bool", 0, False),
        ("date", "2024-02-29T10:00:00Z", datetime(2024, 2, 29).date()),
        ("timestamp", "2026-01-01T02:00:00+02:00", datetime(2026, 1, 1)),
        ("timestamp", "2026-01-01T00:00:00.123Z", datetime(2026, 1, 1, 0, 0, 0, 123000)),
        ("epoch_seconds", 1767225600, datetime(2026, 1, 1)),
        ("epoch_millis", 1767225600500, datetime(2026, 1, 1, 0, 0, 0, 500000)),
        ("json", [1, 2], "[1,2]"),
        ("decimal", "", None),
        ("text", "", ""),
    ],
)
def test_values_are_read_exactly(type_: ColumnType, value: Any, expected: Any) -> None:
    assert Column("x", type_, "x").read({"x": value}) == expected


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("bigint", "12.5"),
        ("bigint", True),
        ("decimal", "NaN"),
        ("decimal", "1.0000000001"),
        ("decimal", "twelve"),
        ("bool", "maybe"),
        ("bool", 2),
        ("date", "31.12.2024"),
        ("timestamp", "yesterday"),
        ("epoch_seconds", "soon"),
    ],
)
def test_what_does_not_fit_says_so(type_: ColumnType, value: Any) -> None:
    with pytest.raises(ValueError, match=f"x is not a {type_}"):
        Column("x", type_, "x").read({"x": value})


def test_paths_descend_and_survive_missing_or_flat_levels() -> None:
    column = Column("amount", "decimal", "a", path="properties.amount")
    assert column.read({"properties": {"amount": "1"}}) == Decimal(1)
    assert column.read({"properties": None}) is None
    assert column.read({"properties": "flat"}) is None


def test_a_value_may_sit_in_one_of_several_places() -> None:
    column = Column("reference", "text", "r", "metadata.a", or_else=("metadata.b", ("metadata", "c.d")))
    assert column.read({"metadata": {"b": "1", "c.d": "2"}}) == "1"
    assert column.read({"metadata": {"a": None, "c.d": "2"}}) == "2"
    assert column.read({"metadata": {}}) is column.read({}) is None


TABLE = RawTable(
    "deals", "Deals", (Column("deal_id", "text", "Key", path="id"), Column("amount", "decimal", "A")), key=("deal_id",)
)


WORDS = st.text(alphabet="01.-eNx ", max_size=6)
RECORDS = st.lists(st.fixed_dictionaries({"id": st.none() | WORDS, "amount": st.none() | st.integers() | WORDS}))


@settings(deadline=None)
@given(RECORDS)
def test_nothing_is_lost_whatever_comes(records: list[dict[str, Any]]) -> None:
    batch, rejected = TABLE.batch(records, NOW)
    assert batch.num_rows + len(rejected) == len(records)
    assert batch.schema == TABLE.arrow_schema


def test_a_record_without_its_key_is_kept_aside() -> None:
    batch, rejected = TABLE.batch([{"amount": 1}], NOW)
    assert batch.num_rows == 0
    assert [(item.table, item.reason) for item in rejected] == [("deals", "deal_id is missing")]


def test_merge_without_a_key_is_refused() -> None:
    with pytest.raises(ValueError, match="would append"):
        RawTable("t", "t", (Column("a", "text", "a"),))


def test_a_record_that_says_it_is_deleted_is_marked() -> None:
    table = RawTable("t", "t", (Column("id", "text", "Key"),), key=("id",), deleted_flag="state.gone")
    batch, rejected = table.batch([{"id": "1", "state": {"gone": True}}, {"id": "2"}], NOW)
    assert batch.column("_is_deleted").to_pylist() == [True, False]
    _, rejected = table.batch([{"id": "3", "state": {"gone": "perhaps"}}], NOW)
    assert [item.reason for item in rejected] == ["_is_deleted is not a bool"]
