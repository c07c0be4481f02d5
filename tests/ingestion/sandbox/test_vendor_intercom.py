"""Intercom as the sandbox serves it, over five tickets written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from ingestion.sandbox.facts import Facts, History, MetricEvent, Owner, Ticket, TicketComment
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.vendors import intercom
from ingestion.sandbox.vendors.intercom import scroll
from tests.ingestion.sandbox.conftest import AS_OF, company, day, person

TOKEN = intercom.CREDENTIALS["access_token"]
MORNING = day("2026-02-01")


def ticket(number: int, updated_at: datetime, **more: Any) -> Ticket:
    """Asked at nine, taken after an hour, answered after two (the target is one), asked again, solved."""

    def hour(hours: float) -> datetime:
        return created_at + timedelta(hours=hours)

    created_at = MORNING + timedelta(days=number)
    status = History(created_at, "new")
    for hours, value in ((1, "open"), (2, "pending"), (3, "open"), (4, "solved"), (100, "closed")):
        status.set(hour(hours), value)
    assignee: History[int | None] = History(created_at, None)
    assignee.set(hour(1), 5)
    comments = [
        TicketComment(number * 10 + 1, 101, None, created_at, True, "Help"),
        TicketComment(number * 10 + 2, None, 5, hour(1.5), False, "Checked logs"),
        TicketComment(number * 10 + 3, None, 5, hour(2), True, "Try this"),
        TicketComment(number * 10 + 4, 101, None, hour(3), True, "Thanks"),
    ]
    kinds = (("apply_sla", 0, 60), ("breach", 1, 60), ("fulfill", 2, None))
    events = [
        MetricEvent(number * 10 + place, number, "reply_time", kind, hour(hours), target)
        for place, (kind, hours, target) in enumerate(kinds)
    ]
    values: dict[str, Any] = {"desk": "intercom", **more}
    return Ticket(
        number, 11, 101, "Question about the invoice", "urgent", "email", created_at, status, assignee, comments,
        events, updated_at, **values,
    )  # fmt: skip


def facts() -> Facts:
    noon = MORNING + timedelta(days=20)
    rated = {"rating": 4, "satisfaction_score": "good", "satisfaction_at": noon, "satisfaction_comment": "Fine"}
    return Facts(
        seed=0,
        scale=0,
        starts_on=date(2026, 1, 1),
        as_of=AS_OF,
        owners=[
            Owner(5, "Bo", "Ray", "bo@polaris.example", "Support", day("2026-01-01"), business_unit="polaris"),
            Owner(6, "Cy", "Fox", "cy@polaris.example", "Support", day("2026-01-01"), day("2026-03-01"), "polaris"),
        ],
        companies=[company(11, "Acme"), company(12, "Silent")],
        people=[person(101, 11), person(102, 12)],
        tickets=[
            ticket(1, noon, **rated),
            ticket(2, noon),
            ticket(3, noon + timedelta(days=1)),
            ticket(4, noon, deleted_at=noon),
            replace(ticket(9, noon), desk="zendesk"),
        ],
    )


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with SandboxServer(AS_OF.date(), facts=facts(), window_scale=0.001) as sandbox:
        yield sandbox.base_urls["intercom"]


def ask(method: str, url: str, status: int = 200, version: str = "2.17", **given: Any) -> Any:
    headers = {"Authorization": f"Bearer {TOKEN}", "Intercom-Version": version}
    response = requests.request(method, url, headers=headers, timeout=10, **given)
    assert response.status_code == status, response.text
    return response.json()


def search(base_url: str, what: str, per_page: int = 150, version: str = "2.17", **query: Any) -> list[dict[str, Any]]:
    """Everything a search finds, from the first page to the last."""
    name = "conversations" if what == "conversations" else "data"
    body: dict[str, Any] = {"query": query, "pagination": {"per_page": per_page}, "sort": {"field": "updated_at"}}
    found: list[dict[str, Any]] = []
    while True:
        page = ask("POST", f"{base_url}/{what}/search", version=version, json=body)
        found += page[name]
        assert len(page[name]) <= per_page and page["total_count"] <= 4
        if "next" not in page["pages"]:
            return found
        body["pagination"]["starting_after"] = page["pages"]["next"]["starting_after"]


def error(body: Any) -> str:
    assert body["type"] == "error.list" and body["request_id"]
    return str(body["errors"][0]["code"])


@pytest.mark.parametrize("per_page", [1, 2, 150])
def test_searches_of_any_page_size_find_every_living_conversation(base_url: str, per_page: int) -> None:
    found = search(base_url, "conversations", per_page, field="updated_at", operator=">", value=0)
    assert sorted(one["id"] for one in found) == ["1", "2", "3"]
    assert all("conversation_parts" not in one for one in found)


def test_filters_are_strict_and_combine(base_url: str) -> None:
    noon = int((MORNING + timedelta(days=20)).timestamp())
    later = {"field": "updated_at", "operator": ">", "value": noon}
    assert [one["id"] for one in search(base_url, "conversations", **later)] == ["3"]
    either = [later, {"field": "id", "operator": "IN", "value": ["1"]}]
    assert {one["id"] for one in search(base_url, "conversations", operator="OR", value=either)} == {"1", "3"}
    both = [later, {"field": "source.type", "operator": "=", "value": "conversation"}]
    assert search(base_url, "conversations", operator="AND", value=both) == []


def test_older_versions_search_contacts_by_whole_days(base_url: str) -> None:
    written = int((MORNING + timedelta(days=1)).timestamp()) - 60
    query = {"field": "created_at", "operator": ">", "value": written}
    assert len(search(base_url, "contacts", **query)) == 1
    assert search(base_url, "contacts", version="2.14", **query) == []


def test_a_conversation_has_its_parts_in_order(base_url: str) -> None:
    whole = ask("GET", f"{base_url}/conversations/1")
    parts = whole["conversation_parts"]["conversation_parts"]
    assert [part["part_type"] for part in parts] == [
        "conversation_sla_applied_by_rule",
        "assignment",
        "conversation_sla_target_missed",
        "note",
        "comment",
        "snoozed",
        "comment",
        "close",
    ]
    assert whole["conversation_parts"]["total_count"] == whole["statistics"]["count_conversation_parts"] == 8
    assert len({part["id"] for part in parts}) == 8
    assert parts[0]["event_details"]["sla_definition"] == {"first_reply_time": 3600}
    assert whole["sla_applied"]["sla_status"] == "missed"
    assert (parts[1]["assigned_to"]["id"], parts[4]["author"]["email"]) == ("5000005", "bo@polaris.example")
    assert whole["source"]["author"]["email"] == "person101@acme.example"
    assert (whole["state"], whole["open"], whole["priority"]) == ("closed", False, "priority")
    assert [tag["name"] for tag in whole["tags"]["tags"]] == ["Billing"]


def test_statistics_and_rating(base_url: str) -> None:
    whole = ask("GET", f"{base_url}/conversations/1")
    statistics = whole["statistics"]
    assert (statistics["time_to_assignment"], statistics["time_to_admin_reply"]) == (3600, 7200)
    assert (statistics["time_to_last_close"], statistics["count_reopens"]) == (4 * 3600, 0)
    assert (whole["conversation_rating"]["rating"], whole["conversation_rating"]["remark"]) == (4, "Fine")
    assert ask("GET", f"{base_url}/conversations/2")["conversation_rating"] is None


def test_deleted_conversations_are_listed_apart(base_url: str) -> None:
    assert error(ask("GET", f"{base_url}/conversations/4", 404)) == "conversation_not_found"
    gone = ask("GET", f"{base_url}/conversations/deleted")
    assert ([one["id"] for one in gone["conversations"]], gone["total_count"]) == (["4"], 1)
    assert error(ask("GET", f"{base_url}/conversations/deleted", 404, version="2.15")) == "not_found"


def test_only_who_wrote_is_a_contact(base_url: str) -> None:
    contacts = ask("GET", f"{base_url}/contacts")["data"]
    assert [(one["external_id"], one["email"]) for one in contacts] == [("101", "person101@acme.example")]
    (reference,) = contacts[0]["companies"]["data"]
    assert ask("GET", f"{base_url}/companies/{reference['id']}")["name"] == "Acme"


def test_teammates_who_left_are_not_listed(base_url: str) -> None:
    assert [admin["email"] for admin in ask("GET", f"{base_url}/admins")["admins"]] == ["bo@polaris.example"]
    (team,) = ask("GET", f"{base_url}/teams")["teams"]
    assert (team["name"], team["admin_ids"]) == ("Support", [5_000_005])


def test_a_scroll_is_alone_and_ends_with_an_empty_page(base_url: str) -> None:
    first = ask("GET", f"{base_url}/companies/scroll")
    assert error(ask("GET", f"{base_url}/companies/scroll", 400)) == "scroll_exists"
    following = {"scroll_param": first["scroll_param"]}
    last = ask("GET", f"{base_url}/companies/scroll", params=following)
    assert (len(first["data"]), last["data"], last["scroll_param"]) == (1, [], first["scroll_param"])
    assert error(ask("GET", f"{base_url}/companies/scroll", 404, params=following)) == "not_found"


def test_a_scroll_that_waits_too_long_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(scroll, "time", SimpleNamespace(monotonic=lambda: now[0]))
    scrolled = scroll.Scroll(60, page_cap=1)
    param = scrolled.page([{"id": "1"}, {"id": "2"}], None)["scroll_param"]
    now[0] = 61.0
    with pytest.raises(intercom.Refusal, match="not found"):
        scrolled.page([], param)
    assert scrolled.page([{"id": "1"}], None)["data"] == [{"id": "1"}]


def test_companies_by_number(base_url: str) -> None:
    page = ask("POST", f"{base_url}/companies/list", params={"per_page": 1})
    assert (page["pages"]["total_pages"], page["pages"]["next"], len(page["data"])) == (1, None, 1)


@pytest.mark.parametrize(
    ("method", "path", "status", "code", "given"),
    [
        ("POST", "/conversations/search", 400, "parameter_not_found", {"json": {}}),
        ("POST", "/conversations/search", 400, "parameter_invalid",
         {"json": {"query": {"field": "id", "operator": "LIKE", "value": 1}}}),
        ("GET", "/conversations", 400, "parameter_invalid", {"params": {"per_page": 151}}),
        ("GET", "/conversations", 400, "parameter_invalid", {"params": {"starting_after": "nonsense"}}),
        ("GET", "/nothing", 404, "not_found", {}),
        ("GET", "/me", 400, "intercom_version_invalid", {"version": "3.0"}),
    ],
)  # fmt: skip
def test_what_is_refused(base_url: str, method: str, path: str, status: int, code: str, given: dict[str, Any]) -> None:
    assert error(ask(method, base_url + path, status, **given)) == code


def test_a_wrong_token_is_unauthorized(base_url: str) -> None:
    response = requests.get(f"{base_url}/me", headers={"Authorization": "Bearer wrong"}, timeout=10)
    assert (response.status_code, error(response.json())) == (401, "unauthorized")


def test_too_many_requests_are_told_when_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intercom, "REQUESTS_PER_WINDOW", 1)
    with SandboxServer(AS_OF.date(), facts=facts(), window_scale=1) as sandbox:
        url = f"{sandbox.base_urls['intercom']}/me"
        headers = {"Authorization": f"Bearer {TOKEN}"}
        first, second = (requests.get(url, headers=headers, timeout=10) for _ in range(2))
    assert (first.status_code, first.headers["X-RateLimit-Remaining"]) == (200, "0")
    assert (second.status_code, error(second.json())) == (429, "rate_limit_exceeded")
    assert "Retry-After" not in second.headers
    assert int(second.headers["X-RateLimit-Reset"]) > 0
