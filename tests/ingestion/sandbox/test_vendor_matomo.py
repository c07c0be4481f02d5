"""Matomo as the sandbox serves it, over six visits written by hand, one of which spans midnight."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from ingestion.sandbox.facts import Facts, PageAction, Visit
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.vendors import matomo

AS_OF = datetime(2025, 1, 5, 23, 59, 59, tzinfo=UTC)
START = datetime(2025, 1, 1, tzinfo=UTC)
TOKEN = {"token_auth": matomo.CREDENTIALS["token_auth"]}


def visit(number: int, started_at: datetime, minutes: int, user_id: str | None = None, goal: bool = False) -> Visit:
    ended_at = started_at + timedelta(minutes=minutes)
    actions = [
        PageAction(started_at, "action", "https://www.northwind.example/", "Home"),
        PageAction(ended_at, "action", "https://www.northwind.example/demo", "Demo"),
    ]
    if goal:
        actions.append(PageAction(ended_at, "goal", "https://www.northwind.example/demo", "", 2, "Demo requested"))
    return Visit(
        number, "aaaaaaaaaaaaaaaa", 1, user_id, started_at, ended_at, "campaign" if goal else "search",
        None if goal else "Google", "google" if goal else None, "cpc" if goal else None, "brand" if goal else None,
        "Desktop", "Firefox", "DE", actions,
    )  # fmt: skip


def facts() -> Facts:
    visits = [
        visit(1, START + timedelta(hours=10), 5),
        visit(2, START + timedelta(hours=23, minutes=55), 10),
        visit(3, START + timedelta(days=1, hours=9), 3, "ann@acme.example", goal=True),
        visit(4, START + timedelta(days=3, hours=9), 0),
        visit(5, START + timedelta(days=4, hours=9), 1),
        visit(6, START + timedelta(days=4, hours=9), 1),
    ]
    return Facts(seed=0, scale=0, starts_on=START.date(), as_of=AS_OF, visits=visits)


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with SandboxServer(AS_OF.date(), facts=facts()) as sandbox:
        yield sandbox.base_urls["matomo"] + "/index.php"


def call(base_url: str, method: str, token: dict[str, str] | None = None, **params: Any) -> Any:
    query = {"module": "API", "method": method, "format": "JSON", "idSite": "1"} | params
    response = requests.post(base_url, params=query, data=TOKEN if token is None else token)
    assert response.status_code == 200
    return response.json()


def visits(base_url: str, **params: Any) -> list[str]:
    return [row["idVisit"] for row in call(base_url, "Live.getLastVisitsDetails", **params)]


@pytest.mark.parametrize("token", [{"token_auth": "wrong"}, {"other": "1"}])
def test_a_wrong_token_is_an_error_in_http_200(base_url: str, token: dict[str, str]) -> None:
    assert call(base_url, "API.getMatomoVersion", token)["result"] == "error"


def test_a_token_in_the_query_string_is_refused(base_url: str) -> None:
    answer = call(base_url, "API.getMatomoVersion", {"other": "1"}, **TOKEN)
    assert "required to be sent as a POST parameter" in answer["message"]


@pytest.mark.parametrize(
    ("method", "params", "message"),
    [
        ("Live.getNothing", {}, "does not exist"),
        ("Live.getLastVisitsDetails", {"idSite": "2"}, "website id = 2"),
        ("Live.getLastVisitsDetails", {"idSite": ""}, "'idSite'"),
        ("Live.getLastVisitsDetails", {"period": "range", "date": "2025-01-01"}, "date range"),
        ("Live.getLastVisitsDetails", {"period": "day", "date": "soon"}, "YYYY-MM-DD"),
        ("Live.getLastVisitsDetails", {"period": "hour", "date": "today"}, "'hour'"),
        ("Live.getLastVisitsDetails", {"filter_limit": "many"}, "filter_limit"),
        ("VisitsSummary.getVisits", {"period": "day"}, "'date'"),
    ],
)
def test_errors_come_in_http_200(base_url: str, method: str, params: dict[str, str], message: str) -> None:
    answer = call(base_url, method, **params)
    assert answer["result"] == "error"
    assert message in answer["message"]


def test_without_a_format_the_answer_is_xml(base_url: str) -> None:
    response = requests.post(base_url, params={"module": "API", "method": "None.none"}, data=TOKEN)
    assert response.headers["content-type"].startswith("text/xml") and "<error message=" in response.text


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_pages_of_any_size_hold_every_visit_once_newest_first(base_url: str, limit: int) -> None:
    found: list[str] = []
    while page := visits(base_url, filter_limit=limit, filter_offset=len(found)):
        found += page
    assert found == ["6", "5", "4", "3", "2", "1"]


def test_the_default_limit_is_a_hundred() -> None:
    many = [visit(number, START + timedelta(minutes=number), 0) for number in range(101)]
    company = Facts(seed=0, scale=0, starts_on=START.date(), as_of=AS_OF, visits=many)
    with SandboxServer(AS_OF.date(), facts=company) as sandbox:
        url = sandbox.base_urls["matomo"] + "/index.php"
        assert len(visits(url)) == 100
        assert len(visits(url, filter_limit=-1)) == 101


def test_a_visit_belongs_to_the_day_of_its_last_action(base_url: str) -> None:
    assert visits(base_url, period="day", date="2025-01-01") == ["1"]
    assert visits(base_url, period="day", date="2025-01-02") == ["3", "2"]
    assert visits(base_url, period="range", date="2025-01-02,2025-01-04") == ["4", "3", "2"]


def test_relative_dates_count_from_the_as_of_day(base_url: str) -> None:
    assert visits(base_url, period="day", date="today") == ["6", "5"]
    assert visits(base_url, period="day", date="yesterday") == ["4"]
    assert visits(base_url, period="range", date="last2") == ["6", "5", "4"]
    assert visits(base_url, period="range", date="previous2") == ["4"]
    assert len(visits(base_url, period="month", date="2025-01-20")) == 6


def test_min_timestamp_is_exclusive(base_url: str) -> None:
    last_of_the_third = int((START + timedelta(days=1, hours=9, minutes=3)).timestamp())
    assert visits(base_url, minTimestamp=last_of_the_third) == ["6", "5", "4"]


def test_counts_reconcile_with_the_details(base_url: str) -> None:
    span = {"period": "range", "date": "2025-01-01,2025-01-05"}
    assert call(base_url, "VisitsSummary.getVisits", **span) == {"value": len(visits(base_url, **span))}
    by_day = call(base_url, "VisitsSummary.getVisits", period="day", date="2025-01-01,2025-01-03")
    assert by_day == {"2025-01-01": 1, "2025-01-02": 2, "2025-01-03": 0}


def test_details_of_a_converted_campaign_visit(base_url: str) -> None:
    row = call(base_url, "Live.getLastVisitsDetails", period="day", date="2025-01-02")[0]
    began = START + timedelta(days=1, hours=9)
    assert (row["idSite"], row["idVisit"], row["visitDuration"], row["actions"]) == ("1", "3", "180", "2")
    assert row["firstActionTimestamp"] == int(began.timestamp())
    assert row["serverTimestamp"] == row["lastActionTimestamp"] == int(began.timestamp()) + 180
    assert (row["userId"], row["countryCode"], row["visitCount"]) == ("ann@acme.example", "de", "3")
    assert (row["referrerType"], row["referrerName"], row["campaignSource"], row["campaignMedium"]) == (
        "campaign", "brand", "google", "cpc"
    )  # fmt: skip
    assert [action["type"] for action in row["actionDetails"]] == ["action", "action", "goal"]
    assert row["actionDetails"][0]["timeSpent"] == "180"
    goal = row["actionDetails"][2]
    assert (goal["goalId"], goal["goalName"], goal["timestamp"]) == (2, "Demo requested", row["serverTimestamp"])
    assert "person" not in str(row).lower(), "who it really was is never served"


def test_goals_and_sites(base_url: str) -> None:
    (goal,) = call(base_url, "Goals.getGoals")
    assert (goal["idgoal"], goal["name"]) == ("2", "Demo requested")
    assert call(base_url, "SitesManager.getSitesIdWithAtLeastViewAccess") == [1]
    assert call(base_url, "SitesManager.getSiteFromId")["timezone"] == "UTC"
    assert call(base_url, "API.getMatomoVersion") == {"value": matomo.VERSION}
