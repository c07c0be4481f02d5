"""GA4's staging models against the export that was read."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.ingestion.sources.ga4_export import three_days, write_parquet

Query = Callable[[str], list[tuple[Any, ...]]]
Load = Callable[[str, dict[str, Any]], None]


def fill(load: Load) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for day, events in three_days().items():
            write_parquet(Path(folder) / f"events_{day}.parquet", events)
        load("ga4", {"path": Path(folder)})


def test_a_session_is_one_device_and_one_start_also_over_midnight(canonical: Query) -> None:
    found = canonical(
        "select source_record_id, visitor_id, user_id, started_at, ended_at, landing_page, device_type, country_code "
        "from canonical.sessions order by 1"
    )
    assert found == [
        (
            "11.22.1",
            "11.22",
            "buyer@firm.example",
            datetime(2026, 3, 2, 9, 0),
            datetime(2026, 3, 2, 9, 5),
            "https://www.shop.example/start",
            "smartphone",
            "DE",
        ),
        (
            "11.22.7",
            "11.22",
            None,
            datetime(2026, 3, 1, 23, 58),
            datetime(2026, 3, 2, 0, 3),
            "https://www.shop.example/late",
            "smartphone",
            "DE",
        ),
    ]


def test_an_ad_is_a_campaign_and_nothing_is_direct(canonical: Query) -> None:
    found = canonical(
        "select source_record_id, referrer_type, utm_source, utm_medium, utm_campaign from canonical.sessions "
        "order by 1"
    )
    assert found == [("11.22.1", "campaign", "google", "cpc", "spring"), ("11.22.7", "direct", None, None, None)]


def test_pages_without_consent_belong_to_nobody(canonical: Query) -> None:
    found = canonical("select session_id, url, title from canonical.page_views order by viewed_at")
    assert found == [
        ("ga4:11.22.7", "https://www.shop.example/late", "Late"),
        ("ga4:11.22.7", "https://www.shop.example/later", "Later"),
        ("ga4:11.22.1", "https://www.shop.example/start", "Start"),
    ]


def test_key_events_are_conversions_with_or_without_consent(canonical: Query) -> None:
    found = canonical(
        "select session_id, goal_code, goal_name, value, currency_code from canonical.conversions order by occurred_at"
    )
    assert found == [
        ("ga4:11.22.1", "generate_lead", "generate lead", Decimal("12.50"), "EUR"),
        (None, "sign_up", "sign up", None, None),
    ]
