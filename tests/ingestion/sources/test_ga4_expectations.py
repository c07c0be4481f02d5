"""The suite of GA4's export holds on what is plausible and finds what it says it finds."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from tests.ingestion.sources.suite_check import faults

READ_AT = datetime(2026, 3, 10)


def event(number: int, day: int = 1, **changes: Any) -> dict[str, Any]:
    values = {"event_name": "page_view", "page_location": "https://shop.example/", "is_key_event": False}
    visitor = {"user_pseudo_id": f"1.{number % 7}", "ga_session_id": 1, "analytics_storage": "Yes"}
    at = {"event_date": f"2026-03-0{day}", "event_at": f"2026-03-0{day}T12:00:00"}
    return {"event_id": f"{number}", **at, **values, **visitor, **changes}


def test_planted_faults_are_found_and_nothing_else(tmp_path: Path) -> None:
    well = {
        "events": [
            *(event(number, day=1 + number % 3) for number in range(100)),
            event(101, analytics_storage="No", user_pseudo_id=None, ga_session_id=None),
            event(102, event_name="purchase", is_key_event=True, value=10, currency="EUR"),
        ]
    }
    assert faults("ga4", well, READ_AT, tmp_path / "well") == set()
    spoilt = {
        "events": [
            *(event(number, user_pseudo_id="robot") for number in range(5_001)),
            *(event(number, ga_session_id=None) for number in range(10_000, 10_600)),
            event(20_001, day=3),  # and none on the second
            event(20_002, event_at="2026-03-03T12:00:00"),
            event(20_003, day=1, event_at="2026-03-20T12:00:00"),
            event(20_004, analytics_storage="No", user_id="me"),
            event(20_005, page_location=None),
            event(20_006, is_key_event=True, value=-1, currency="EUR"),
            event(20_007, is_key_event=True, value=1),
        ]
    }
    assert faults("ga4", spoilt, READ_AT, tmp_path / "spoilt") == {
        ("events", "No day between the first and the last is missing"),
        ("events", "Events lie on the day of their table, give or take a time zone"),
        ("events", "No event lies after the run that read it"),
        ("events", "Who denied consent has no identity here"),
        ("events", "Nine in ten events of those who did not deny consent name their session"),
        ("events", "Page views have an address"),
        ("events", "No value is negative"),
        ("events", "Values have a currency"),
        ("events", "No device sends more than 5,000 events a day, as a monitor or a robot would"),
    }
