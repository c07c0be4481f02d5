"""Zendesk as the sandbox serves it, over four tickets written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import requests

from ingestion.sandbox.facts import Company, Facts, History, MetricEvent, Owner, Person, Ticket, TicketComment
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.vendors import zendesk

AS_OF = datetime(2025, 3, 31, 23, 59, 59, tzinfo=UTC)
START = datetime(2025, 1, 1, tzinfo=UTC)
AUTH = (f"{zendesk.CREDENTIALS['email']}/token", zendesk.CREDENTIALS["api_token"])
REQUESTER, AGENT = 10_000_001, 20_000_005


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def ticket(number: int, updated_at: datetime, deleted_at: datetime | None = None) -> Ticket:
    created_at = day(number)
    status = History(created_at, "new")
    status.set(created_at + timedelta(hours=1), "open")
    status.set(created_at + timedelta(hours=2), "solved")
    assignee: History[int | None] = History(created_at, None)
    assignee.set(created_at + timedelta(hours=1), 5)
    comments = [
        TicketComment(number * 10 + 1, 1, None, created_at, True, f"Help {number}"),
        TicketComment(number * 10 + 2, None, 5, created_at + timedelta(hours=1), True, "On it"),
        TicketComment(number * 10 + 3, None, 5, created_at + timedelta(hours=1), False, "Note to self"),
    ]
    hours = [("apply_sla", 0, 30), ("activate", 0, None), ("breach", 0.5, None), ("fulfill", 1, None)]
    events = [
        MetricEvent(
            number * 10 + place, number, "reply_time", kind, created_at + timedelta(hours=after), target_minutes=target
        )
        for place, (kind, after, target) in enumerate(hours)
    ]
    return Ticket(
        number, 1, 1, f"Subject {number}", "high", "email", created_at, status, assignee, comments, events, updated_at,
        satisfaction_score="good" if number == 1 else None, satisfaction_id=901 if number == 1 else None,
        satisfaction_at=day(number + 1) if number == 1 else None, deleted_at=deleted_at,
    )  # fmt: skip


def facts() -> Facts:
    company = Company(
        1, "Acme", "acme.example", "US", "North America", "Retail", "smb", 10, "USD", START, History(START, 5),
        "direct", History(START, "customer"), day(3),
    )  # fmt: skip
    person = Person(
        1, 1, "Ann", "Lee", "ann@acme.example", "CEO", "", START, [], History(START, "lead"), History(START, 5), day(4)
    )
    return Facts(
        seed=0,
        scale=0,
        starts_on=START.date(),
        as_of=AS_OF,
        owners=[
            Owner(5, "Bo", "Ray", "bo@northwind.example", "Support", START),
            Owner(6, "Cy", "Fox", "cy@northwind.example", "Europe", START),
        ],
        companies=[company],
        people=[person],
        tickets=[
            ticket(1, day(5)),
            ticket(2, day(5)),
            ticket(3, day(6), deleted_at=day(7)),
            ticket(4, AS_OF - timedelta(seconds=30)),
        ],
    )


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with SandboxServer(AS_OF.date(), facts=facts(), window_scale=0.00001) as sandbox:
        yield sandbox.base_urls["zendesk"] + "/api/v2"


def get(url: str, **params: Any) -> Any:
    response = requests.get(url, params=params, auth=AUTH)
    assert response.status_code == 200, response.text
    return response.json()


def export(base_url: str, path: str, name: str, **params: Any) -> list[list[dict[str, Any]]]:
    """Every page of an incremental export, walked by the links the answers give."""
    body = get(f"{base_url}/incremental/{path}", start_time=int(START.timestamp()), **params)
    pages = [body[name]]
    while not body["end_of_stream"]:
        body = get(body.get("after_url") or body["next_page"])
        pages.append(body[name])
        assert len(pages) < 100, "the export does not move on"
    return pages


def ids(pages: list[list[dict[str, Any]]]) -> list[int]:
    """The ids in order of first appearance."""
    return list(dict.fromkeys(record["id"] for page in pages for record in page))


@pytest.mark.parametrize("auth", [None, (zendesk.CREDENTIALS["email"], AUTH[1]), (AUTH[0], "wrong")])
def test_wrong_credentials_are_refused(base_url: str, auth: tuple[str, str] | None) -> None:
    response = requests.get(f"{base_url}/users/me.json", auth=auth)
    assert (response.status_code, response.json()) == (401, {"error": "Couldn't authenticate you"})


def test_me(base_url: str) -> None:
    assert get(f"{base_url}/users/me.json")["user"]["email"] == zendesk.CREDENTIALS["email"]


@pytest.mark.parametrize("per_page", [1, 2, 1000])
def test_cursor_pages_of_any_size_hold_every_ticket(base_url: str, per_page: int) -> None:
    pages = export(base_url, "tickets/cursor.json", "tickets", per_page=per_page)
    assert ids(pages) == [1, 2, 3], "in order of change; the last minute is not exported"
    for before, after in pairwise(pages):
        assert after[0]["id"] == before[-1]["id"], "a boundary repeats its ticket"


def test_going_on_from_the_last_cursor_brings_only_the_boundary(base_url: str) -> None:
    first = get(f"{base_url}/incremental/tickets/cursor", start_time=int(START.timestamp()))
    again = get(first["after_url"])
    assert [row["id"] for row in again["tickets"]] == [3]
    assert again["end_of_stream"] and again["after_cursor"] == first["after_cursor"]


def test_deleted_tickets_are_exported_and_not_counted(base_url: str) -> None:
    (page,) = export(base_url, "tickets/cursor.json", "tickets")
    assert [row["status"] for row in page] == ["solved", "solved", "deleted"]
    assert page[2]["updated_at"] == "2025-01-08T00:00:00Z"
    (living,) = export(base_url, "tickets/cursor.json", "tickets", exclude_deleted="true")
    assert [row["id"] for row in living] == [1, 2]
    assert get(f"{base_url}/tickets/count.json")["count"]["value"] == 3


def test_a_ticket(base_url: str) -> None:
    (page,) = export(base_url, "tickets/cursor.json", "tickets")
    row = page[0]
    assert (row["requester_id"], row["assignee_id"], row["organization_id"]) == (REQUESTER, AGENT, 30_000_001)
    assert row["satisfaction_rating"] == {"score": "good", "id": 901, "comment": None}
    assert row["generated_timestamp"] == int(day(5).timestamp())
    assert row["description"] == "Help 1"


@pytest.mark.parametrize("per_page", [1, 2, 1000])
def test_users_are_requesters_and_agents(base_url: str, per_page: int) -> None:
    pages = export(base_url, "users/cursor.json", "users", per_page=per_page)
    roles = {user["id"]: user["role"] for page in pages for user in page}
    assert roles == {REQUESTER: "end-user", AGENT: "agent"}, "a seller who never answered is no agent"


@pytest.mark.parametrize("per_page", [1, 2, 5, 1000])
@pytest.mark.parametrize(("path", "count"), [("ticket_metric_events", 16), ("ticket_events", 12), ("organizations", 1)])
def test_time_based_pages_of_any_size_hold_every_record(base_url: str, path: str, count: int, per_page: int) -> None:
    assert len(ids(export(base_url, f"{path}.json", path, per_page=per_page))) == count


def test_a_time_based_page_says_where_to_go_on(base_url: str) -> None:
    body = get(f"{base_url}/incremental/ticket_metric_events", start_time=int(START.timestamp()))
    assert (body["count"], body["end_of_stream"]) == (16, True)
    assert body["end_time"] == int((day(4) + timedelta(hours=1)).timestamp())
    assert f"start_time={body['end_time']}" in body["next_page"]


def test_metric_events(base_url: str) -> None:
    (page,) = export(base_url, "ticket_metric_events.json", "ticket_metric_events")
    first = {event["type"]: event for event in page if event["ticket_id"] == 1}
    assert first["apply_sla"]["sla"]["target"] == 30
    assert first["breach"]["time"] == "2025-01-02T00:30:00Z"
    assert {event["instance_id"] for event in page} == {1}


def test_ticket_events_tell_changes_and_with_the_sideload_comments(base_url: str) -> None:
    (page,) = export(base_url, "ticket_events.json", "ticket_events", include="comment_events")
    opening, answer, solving = [audit for audit in page if audit["ticket_id"] == 1]
    assert (opening["updater_id"], answer["updater_id"], solving["updater_id"]) == (REQUESTER, AGENT, AGENT)
    created, _, comment = opening["child_events"]
    assert (created["status"], created["event_type"]) == ("new", "Create")
    assert (comment["event_type"], comment["body"], comment["public"]) == ("Comment", "Help 1", True)
    changes = [child for child in answer["child_events"] if child["event_type"] == "Change"]
    assert [(change.get("status"), change["previous_value"]) for change in changes] == [("open", "new"), (None, None)]
    assert changes[1]["assignee_id"] == AGENT
    notes = [child for child in answer["child_events"] if child["event_type"] == "Comment"]
    assert [note["public"] for note in notes] == [True, False]

    (bare,) = export(base_url, "ticket_events.json", "ticket_events")
    assert "body" not in bare[0]["child_events"][2] and bare[0]["child_events"][2]["comment_present"]
    children = [child["id"] for audit in page for child in audit["child_events"]]
    assert len(children) == len(set(children))


@pytest.mark.parametrize("size", [1, 2, 100])
def test_comments_by_cursor(base_url: str, size: int) -> None:
    body = get(f"{base_url}/tickets/1/comments.json", **{"page[size]": size})
    found = list(body["comments"])
    while body["meta"]["has_more"]:
        body = get(body["links"]["next"])
        found += body["comments"]
    assert [row["id"] for row in found] == [11, 12, 13]
    assert [row["author_id"] for row in found] == [REQUESTER, AGENT, AGENT]


def test_comments_by_page_number(base_url: str) -> None:
    body = get(f"{base_url}/tickets/1/comments", per_page=2)
    assert (body["count"], len(body["comments"])) == (3, 2)
    assert [row["id"] for row in get(body["next_page"])["comments"]] == [13]


def test_satisfaction_ratings_and_groups(base_url: str) -> None:
    (rating,) = get(f"{base_url}/satisfaction_ratings.json")["satisfaction_ratings"]
    assert (rating["id"], rating["ticket_id"], rating["score"], rating["assignee_id"]) == (901, 1, "good", AGENT)
    later = get(f"{base_url}/satisfaction_ratings.json", start_time=int(day(3).timestamp()))
    assert later["satisfaction_ratings"] == []
    assert [group["name"] for group in get(f"{base_url}/groups.json")["groups"]] == ["Support", "Customer Success"]


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("incremental/tickets/cursor.json", 400, "InvalidValue"),
        (f"incremental/tickets/cursor.json?start_time={int(AS_OF.timestamp()) - 10}", 422, "StartTimeTooRecent"),
        ("incremental/tickets/cursor.json?cursor=nonsense", 400, "InvalidPaginationParameter"),
        ("tickets/99/comments.json", 404, "RecordNotFound"),
        ("galaxies.json", 404, "InvalidEndpoint"),
    ],
)
def test_errors(base_url: str, path: str, status: int, error: str) -> None:
    response = requests.get(f"{base_url}/{path}", auth=AUTH)
    assert (response.status_code, response.json()["error"]) == (status, error)
    assert response.json()["description"]


def test_incremental_exports_have_a_limit_of_their_own() -> None:
    with SandboxServer(AS_OF.date(), facts=facts(), window_scale=1) as sandbox:
        url = sandbox.base_urls["zendesk"] + "/api/v2"
        start = {"start_time": int(START.timestamp())}
        responses = [
            requests.get(f"{url}/incremental/{path}", params=start, auth=AUTH)
            for path in ["tickets/cursor.json", "ticket_events.json"] * 5 + ["users/cursor.json"]
        ]
        assert [response.status_code for response in responses] == [200] * 10 + [429]
        assert 1 <= int(responses[-1].headers["Retry-After"]) <= 60
        assert responses[-1].json()["error"] == "APIRateLimitExceeded"
        assert requests.get(f"{url}/groups.json", auth=AUTH).status_code == 200
