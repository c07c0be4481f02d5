"""GA4's connector reads the simulated property's export: every visit, late ones too, its page views and conversions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from ingestion.sandbox.facts import Facts, view
from ingestion.sandbox.vendors.ga4 import EventExport
from ingestion.source import SourceReport
from tests.ingestion.sources.acquired import EARLIER, acquired

START = date(2024, 8, 1)
"""Older days are left in their files, to be quick."""


def read(facts: Facts, warehouse: Any) -> SourceReport:
    """One run on an export that is written for it."""
    with EventExport(facts) as export:
        report: SourceReport = warehouse.load(
            SimpleNamespace(overlay=lambda: {"ga4": export.overlay()}), start_date=START
        )
        return report


@pytest.fixture(scope="module")
def whole(module_warehouse: Callable[[str], Any]) -> Any:
    house = module_warehouse("ga4")
    read(acquired(), house)
    return house


def test_sessions_views_and_conversions_are_the_property_s(whole: Any) -> None:
    visits = [visit for visit in view(acquired(), "ga4").visits if visit.started_at.date() >= START]
    assert len(visits) > 50 and any(visit.received_at for visit in visits)
    found = whole.query(
        "select user_pseudo_id, ga_session_id, max(user_id), count(*) filter (where event_name = 'page_view'), "
        "count(*) filter (where is_key_event) from raw.events group by all"
    )
    assert Counter(found) == Counter(
        (
            visit.user_pseudo_id,
            visit.ga_session_id,
            visit.user_id,
            sum(action.kind == "action" for action in visit.actions),
            sum(action.kind == "goal" for action in visit.actions),
        )
        for visit in visits
    )


def test_growing_with_the_property_equals_a_fresh_reading(whole: Any, warehouse: Any) -> None:
    grown = warehouse("ga4")
    read(acquired(EARLIER), grown)
    before = len(grown.column("events", "event_id"))
    report = read(acquired(), grown)
    assert grown.contents() == whole.contents()
    assert 0 < before < before + report.tables["events"].received < 1.5 * len(whole.column("events", "event_id"))


def test_an_export_written_anew_is_no_change(whole: Any, tmp_path: Any) -> None:
    again = whole.copy_to(tmp_path / "again")
    report = read(acquired(), again)
    assert again.contents() == whole.contents()
    assert report.tables["events"].received < len(whole.column("events", "event_id")) / 10
