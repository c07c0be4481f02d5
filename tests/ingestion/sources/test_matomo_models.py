"""Matomo's staging models against the world that the sandbox served."""

from __future__ import annotations

from ingestion.sandbox.facts import Facts
from tests.ingestion.sources.conftest import Query, second


def test_sessions_are_the_world_s_visits(canonical: Query, modelled_world: Facts) -> None:
    expected = {
        (
            str(row.visit_id),
            row.visitor_id,
            row.user_id.lower() if row.user_id else None,
            second(row.started_at),
            second(row.ended_at),
            row.referrer_type,
            row.campaign_source,
            row.campaign_medium,
            row.campaign_name,
            row.country.upper(),
        )
        for row in modelled_world.visits
    }
    found = canonical(
        "select source_record_id, visitor_id, user_id, started_at, ended_at, referrer_type, utm_source, utm_medium, "
        "utm_campaign, country_code from canonical.sessions"
    )
    assert set(found) == expected


def test_sessions_land_on_their_first_page(canonical: Query, modelled_world: Facts) -> None:
    expected = {
        str(row.visit_id): next((a.url.split("?")[0].split("#")[0] for a in row.actions if a.kind == "action"), None)
        for row in modelled_world.visits
    }
    assert dict(canonical("select source_record_id, landing_page from canonical.sessions")) == expected


def test_page_views_and_conversions_are_the_world_s_actions(canonical: Query, modelled_world: Facts) -> None:
    actions = [(row.visit_id, action) for row in modelled_world.visits for action in row.actions]
    views = sorted((f"matomo:{visit}", second(a.at), a.title) for visit, a in actions if a.kind == "action")
    assert sorted(canonical("select session_id, viewed_at, title from canonical.page_views")) == views
    goals = sorted(
        (f"matomo:{visit}", str(a.goal_id), a.goal_name, second(a.at)) for visit, a in actions if a.kind == "goal"
    )
    found = canonical("select session_id, goal_code, goal_name, occurred_at from canonical.conversions")
    assert sorted(found) == goals != []


def test_no_address_keeps_its_query(canonical: Query) -> None:
    assert canonical("select count(*) from canonical.page_views where url like '%?%' or url like '%#%'") == [(0,)]
