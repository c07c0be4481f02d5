"""Opening hours as libraries know them: weekends, holidays, closed days, and both changes of summer time."""

from __future__ import annotations

import runpy
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.dbt.conftest import PROJECT
from tests.dbt.warehouse import Start

business_days = runpy.run_path(str(PROJECT / "models/marts/core/solved_business_days.py"))["business_days"]
HOURS = {
    "working_days": ["monday", "tuesday", "wednesday", "thursday", "friday"],
    "opens_at": "09:00:00",
    "closes_at": "17:00:00",
    "time_zone": "Europe/Berlin",
    "holiday_country": "DE",
    "holiday_region": "BY",
    "closed_on": ["2024-12-24"],
    "calendars": {},
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


def test_each_calendar_has_its_own_holidays_and_summer_time() -> None:
    """In the week of 28 October 2024 Berlin has left summer time and New York has not; Reformation Day is a holiday."""
    new_york = HOURS | {"time_zone": "America/New_York", "holiday_country": "US", "holiday_region": "", "closed_on": []}
    both = days("2024-10-31", 1, holiday_region="BB", calendars={"us": new_york}) + days("2024-11-04", 1)
    opened = {(day["calendar"], str(day["date_day"])): day["is_open"] and day["opens_at"] for day in both}
    assert opened == {
        ("default", "2024-10-31"): False,
        ("us", "2024-10-31"): at("2024-10-31 13:00"),
        ("default", "2024-11-04"): at("2024-11-04 08:00"),
    }


def test_no_days_are_a_table_too() -> None:
    assert business_days([], HOURS).num_rows == 0


MOMENTS = [
    "2024-03-28 12:00:00",  # Thursday before Easter
    "2024-03-29 12:00:00",  # Good Friday
    "2024-03-30 22:30:00",  # Saturday night, half an hour before local midnight
    "2024-03-31 00:59:59",  # the second before summer time
    "2024-04-02 06:59:59",  # the second before opening on Tuesday
    "2024-04-02 07:00:00",
    "2024-04-02 11:17:03",
    "2024-04-02 15:00:00",  # closing
    "2024-04-02 21:59:59",  # before local midnight
    "2024-04-03 03:00:00",
]


def test_business_time_of_any_span_is_what_the_hours_it_covers_add_up_to(company: Start) -> None:
    """Over Easter and the beginning of summer time in Berlin, against the opening hours of each day, beside another
    calendar that is nobody's."""
    all_days = days("2024-03-25", 14, calendars={"us": HOURS | {"time_zone": "America/New_York"}})
    calendar = [day for day in all_days if day["calendar"] == "default"]

    def counted(first: datetime, last: datetime) -> int:
        covered = (min(last, day["closes_at"]) - max(first, day["opens_at"]) for day in calendar)
        return sum(int(span.total_seconds()) for span in covered if span > timedelta(0))

    spans = [(at(first), at(last)) for first in MOMENTS for last in MOMENTS if last >= first]
    with company() as warehouse:
        warehouse.connection.execute(
            "create schema solved; create table solved.solved_business_days (calendar text, date_day date,"
            " begins_at timestamp, ends_at timestamp, opens_at timestamp, closes_at timestamp, is_open boolean,"
            " closed_for text)"
        )
        warehouse.insert("solved.solved_business_days", all_days)
        handoffs = [
            {
                "handoff": "lead_first_touch",
                "record_id": str(number),
                "event_at": first,
                "assigned_at": first + (last - first) / 2,
                "completed_at": last,
                "is_assignment_known": True,
            }
            for number, (first, last) in enumerate(spans)
        ]
        warehouse.insert("marts.fct_lead_handoffs", handoffs)
        warehouse.build("dim_business_days", "fct_handoffs")
        found = warehouse.connection.execute(
            "select event_at, completed_at, business_seconds, systems_business_seconds + human_business_seconds"
            " from marts.fct_handoffs"
        ).fetchall()
    assert sorted(found) == sorted((first, last, counted(first, last), counted(first, last)) for first, last in spans)
    assert {seconds for _, _, seconds, _ in found} > {0, 8 * 3600}
