"""Opening hours as libraries know them: weekends, holidays, closed days, and both changes of summer time."""

from __future__ import annotations

import runpy
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.dbt.conftest import PROJECT

business_days = runpy.run_path(str(PROJECT / "models/marts/core/solved_business_days.py"))["business_days"]
HOURS = {
    "working_days": ["monday", "tuesday", "wednesday", "thursday", "friday"],
    "opens_at": "09:00:00",
    "closes_at": "17:00:00",
    "time_zone": "Europe/Berlin",
    "holiday_country": "DE",
    "holiday_region": "BY",
    "closed_on": ["2024-12-24"],
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def days(first: str, count: int, **changed: Any) -> list[dict[str, Any]]:
    start = date.fromisoformat(first)
    wanted = [start + timedelta(days=n) for n in range(count)]
    return list(business_days(wanted, HOURS | changed).to_pylist())


def test_weekends_holidays_and_closed_days_are_closed() -> None:
    found = {str(day["date_day"]): day["closed_for"] for day in days("2024-12-20", 8) if not day["is_open"]}
    assert list(found) == ["2024-12-21", "2024-12-22", "2024-12-24", "2024-12-25", "2024-12-26"]
    assert found["2024-12-21"] is None and found["2024-12-24"] == "closed" and found["2024-12-25"]


def test_a_holiday_of_a_region_is_one_only_there() -> None:
    assert [day["is_open"] for day in days("2025-01-06", 1)] == [False]
    assert [day["is_open"] for day in days("2025-01-06", 1, holiday_region="BE")] == [True]


@pytest.mark.parametrize(("sunday", "hours", "opens"), [("2024-03-31", 23, "07:00"), ("2024-10-27", 25, "08:00")])
def test_summer_time_moves_the_opening_and_stretches_the_night(sunday: str, hours: int, opens: str) -> None:
    day, monday = days(sunday, 2, holiday_country="", holiday_region="")
    assert day["ends_at"] - day["begins_at"] == timedelta(hours=hours)
    assert day["ends_at"] == monday["begins_at"]
    assert monday["opens_at"] == at(f"{monday['date_day']} {opens}")
    assert monday["closes_at"] - monday["opens_at"] == timedelta(hours=8)


def test_no_days_are_a_table_too() -> None:
    assert business_days([], HOURS).num_rows == 0
