"""Every mistake in a mapping is named, with the nearest thing that would be right, before a file is opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from ingestion.sources.files import Settings, streams, tables
from ingestion.sources.files.contract import NEUTRAL_DEFAULTS, read_contract
from ingestion.sources.files.problems import ExportRefused

CONTRACT = Path(__file__).resolve().parents[3] / "dbt_project" / "models" / "intermediate"


def settings(columns: dict[str, Any] | None = None, path: Path = Path("nowhere"), **more: Any) -> Settings:
    table = {"table": "teams", "files": "a.csv", "columns": {"source_record_id": "id", **(columns or {})}, **more}
    return Settings.model_validate({"name": "exports", "path": path, "contract_dir": CONTRACT, "tables": [table]})


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        ({"table": "oportunities"}, "there is no table `oportunities`; did you mean `opportunities`?"),
        ({"columns": {"nmae": "x"}}, "teams has no column `nmae`; did you mean `name`?"),
        ({"columns": {"team_id": "x"}}, "`team_id` is filled by the warehouse itself"),
        ({"delimeter": ";"}, "`delimeter` is not a setting of a table; did you mean `delimiter`?"),
        ({"columns": {"name": {"colum": "x"}}}, "`colum` is not a setting of a column mapping; did you mean `column`?"),
        ({"columns": {"name": {}}}, "exactly one of column, columns, constant and row_number"),
        ({"columns": {"name": {"column": "x", "constant": "y"}}}, "exactly one of"),
        ({"columns": {"name": {"column": "x", "format": "%Y"}}}, "`name` is no date, so format does not apply"),
        ({"columns": {"name": {"column": "x", "round": True}}}, "`name` is no number"),
        ({"columns": {"name": {"column": "x", "values": {"": "y"}}}}, "say what it becomes with `default`"),
        ({"table": "opportunities"}, "opportunities needs is_closed, is_won: map each"),
        ({"encoding": "utf-9"}, "there is no encoding called utf-9"),
        ({"timezone": "Mars/Base"}, "there is no time zone called Mars/Base"),
        ({"date_format": "%Q"}, "`%Q` is not a date format"),
        ({"decimal_separator": ",", "thousands_separator": ","}, "are the same"),
    ],
)
def test_mistakes_are_named(mistake: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        settings(**mistake)
    assert message in str(wrong.value)


def test_a_missing_record_id_is_named() -> None:
    table = {"table": "teams", "files": "a.csv", "columns": {"name": "x"}}
    with pytest.raises(ValidationError, match="teams needs source_record_id"):
        Settings.model_validate({"name": "e", "path": "x", "contract_dir": CONTRACT, "tables": [table]})


def test_a_missing_folder_names_its_setting() -> None:
    stream = next(iter(streams(settings())))
    with pytest.raises(ExportRefused, match="folder nowhere does not exist") as refused:
        list(stream.pages(_context()))
    assert "sources.exports.path" in refused.value.remedy


@pytest.mark.parametrize(
    "rule", [{"constant": "yes please"}, {"column": "x", "default": "maybe"}, {"column": "x", "values": {"a": "2"}}]
)
def test_a_stated_value_that_cannot_be_is_refused_before_reading(tmp_path: Path, rule: dict[str, Any]) -> None:
    own = settings({"is_active": rule}, tmp_path, table="owners")
    with pytest.raises(ExportRefused, match=r"tables\[0\].columns.is_active: `.*` is not a boolean"):
        list(next(iter(streams(own))).pages(_context()))


def test_neutral_defaults_are_required_columns_of_the_contract() -> None:
    required = {c.name for table in read_contract(CONTRACT).values() for c in table.columns if c.is_required}
    assert set(NEUTRAL_DEFAULTS) <= required


def test_without_settings_there_are_no_tables() -> None:
    assert tables(None) == ()
    assert {table.write for table in tables(settings())} == {"replace"}


def _context() -> Any:
    from datetime import datetime

    from ingestion.source import StreamContext

    return StreamContext({}, datetime(2026, 1, 1))
