"""A GA4 export, as the sandbox writes it, against the visits of the company behind it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from ingestion.sandbox.facts import Facts, view
from ingestion.sandbox.vendors.ga4 import EventExport
from ingestion.sandbox.world import simulate
from ingestion.source import StreamContext
from ingestion.sources.ga4 import Settings, streams

MIX = {"hubspot": 0, "salesforce": 100, "ga4": 100}


def test_the_events_are_the_company_s_visits_also_grown_in_steps() -> None:
    state: dict[str, Any] = {}
    held: dict[date, list[dict[str, Any]]] = {}
    for day in (date(2023, 9, 30), date(2023, 10, 31)):
        company = simulate(day, scale=0.05, mix=MIX)
        held |= _by_day(_read(company, state))  # a day that is read again is replaced as a whole
    fresh = _read(company, {})
    assert held == _by_day(fresh)
    visits = view(company, "ga4").visits
    sessions = {(row["user_pseudo_id"], row["ga_session_id"]) for row in fresh}
    assert sessions == {(visit.user_pseudo_id, visit.ga_session_id) for visit in visits}
    assert len(visits) > 50
    views = sorted((row["event_at"], row["page_title"]) for row in fresh if row["event_name"] == "page_view")
    expected = [(_naive(a.at), a.title) for visit in visits for a in visit.actions if a.kind == "action"]
    assert views == sorted(expected)
    goals = [a for visit in visits for a in visit.actions if a.kind == "goal"]
    assert sum(row["is_key_event"] for row in fresh) == len(goals) > 0
    logins = {(row["user_pseudo_id"], row["user_id"]) for row in fresh if row["user_id"]}
    assert logins == {(visit.user_pseudo_id, visit.user_id) for visit in visits if visit.user_id}


def _read(company: Facts, state: dict[str, Any]) -> list[dict[str, Any]]:
    with EventExport(company) as export:
        (stream,) = streams(Settings(name="ga4", **export.overlay()))  # type: ignore[arg-type]
        context = StreamContext(state, datetime(2026, 1, 1))
        return [row for page in stream.pages(context) for row in page.to_pylist()]  # type: ignore[union-attr]


def _by_day(rows: list[dict[str, Any]]) -> dict[date, list[dict[str, Any]]]:
    days: dict[date, list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: str(row["event_id"])):
        days.setdefault(row["event_date"], []).append(row)
    return days


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
