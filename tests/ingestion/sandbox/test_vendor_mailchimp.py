"""Mailchimp as the sandbox serves it, over one audience and two campaigns written by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from ingestion.sandbox.facts import AudienceMember, EmailActivity, EmailCampaign, Facts, History
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.vendors import mailchimp
from ingestion.sandbox.vendors.mailchimp.account import subscriber_hash

AS_OF = datetime(2025, 3, 31, 23, 59, 59, tzinfo=UTC)
START = datetime(2025, 1, 1, tzinfo=UTC)
AUTH = ("anystring", mailchimp.CREDENTIALS["api_key"])


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def member(number: int, status: str = "subscribed", email: str | None = None) -> AudienceMember:
    history = History(day(number), "subscribed")
    history.set(day(number + 20), status)
    address = email or f"P{number}@Acme.example"
    return AudienceMember("list1", number, address, "Pat", str(number), day(number), history, history.changed_at)


def activity(campaign: str, number: int, action: str, at: datetime, url: str | None = None) -> EmailActivity:
    return EmailActivity(campaign, "list1", number, f"P{number}@Acme.example", action, at, url)


def facts() -> Facts:
    members = [member(1), member(2, "unsubscribed"), member(3, "cleaned"), member(4), member(5)]
    members.append(member(6, email="p5@acme.example"))
    events = [activity("c1", number, "sent", day(30)) for number in (1, 2, 3)]
    events += [
        activity("c1", 1, "open", day(31)),
        activity("c1", 1, "click", day(32), "https://www.northwind.example/pricing"),
        activity("c1", 2, "open", day(31)),
        activity("c1", 2, "unsub", day(33)),
        activity("c1", 3, "bounce", day(30)),
        activity("c2", 4, "sent", day(60)),
    ]
    return Facts(
        seed=0,
        scale=0,
        starts_on=START.date(),
        as_of=AS_OF,
        email_lists=[("list1", "Newsletter", START)],
        audience_members=members,
        email_campaigns=[
            EmailCampaign("c1", "list1", "Hello", day(30)),
            EmailCampaign("c2", "list1", "Again", day(60)),
        ],
        email_activity=events,
    )


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with SandboxServer(AS_OF.date(), facts=facts()) as sandbox:
        yield sandbox.base_urls["mailchimp"] + "/3.0"


def get(base_url: str, path: str, **params: Any) -> Any:
    response = requests.get(f"{base_url}/{path}", params=params, auth=AUTH)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize("auth", [None, ("anystring", "wrong")])
def test_a_wrong_key_is_a_problem(base_url: str, auth: tuple[str, str] | None) -> None:
    response = requests.get(f"{base_url}/lists", auth=auth)
    assert response.status_code == 401
    assert response.headers["content-type"].startswith("application/problem+json")
    assert (response.json()["title"], response.json()["status"]) == ("API Key Invalid", 401)


def test_ping(base_url: str) -> None:
    assert get(base_url, "ping") == {"health_status": "Everything's Chimpy!"}


@pytest.mark.parametrize("count", [1, 2, 1000])
def test_pages_of_any_size_hold_every_member_once(base_url: str, count: int) -> None:
    ids: list[str] = []
    while True:
        page = get(base_url, "lists/list1/members", count=count, offset=len(ids))
        ids += [row["id"] for row in page["members"]]
        if len(ids) >= page["total_items"]:
            break
    assert sorted(ids) == sorted(subscriber_hash(f"p{number}@acme.example") for number in (1, 2, 3, 4, 5))


def test_an_address_is_one_member_however_many_share_it(base_url: str) -> None:
    rows = get(base_url, "lists/list1/members", count=100)["members"]
    (shared,) = [row for row in rows if row["id"] == subscriber_hash("p5@acme.example")]
    assert shared["merge_fields"] == {"FNAME": "Pat", "LNAME": "6"}, "the later of the two"


def test_member_filters(base_url: str) -> None:
    cleaned = get(base_url, "lists/list1/members", status="cleaned")["members"]
    assert [(row["email_address"], row["status"]) for row in cleaned] == [("P3@Acme.example", "cleaned")]
    recent = get(base_url, "lists/list1/members", since_last_changed=day(22).isoformat())
    assert [row["last_changed"] for row in recent["members"]] == [day(23).isoformat()], "the boundary is exclusive"
    ordered = get(base_url, "lists/list1/members", sort_field="last_changed", sort_dir="DESC")["members"]
    changed = [row["last_changed"] for row in ordered]
    assert changed == sorted(changed, reverse=True)


def test_list_statistics(base_url: str) -> None:
    (audience,) = get(base_url, "lists")["lists"]
    assert audience["stats"] == {
        "member_count": 3, "unsubscribe_count": 1, "cleaned_count": 1, "campaign_count": 2
    }  # fmt: skip


def test_campaigns_since(base_url: str) -> None:
    assert [row["id"] for row in get(base_url, "campaigns")["campaigns"]] == ["c1", "c2"]
    later = get(base_url, "campaigns", since_send_time=day(30).isoformat())
    assert ([row["id"] for row in later["campaigns"]], later["total_items"]) == (["c2"], 1)


def test_email_activity_has_every_recipient_and_no_sends(base_url: str) -> None:
    page = get(base_url, "reports/c1/email-activity", count=1000)
    actions = {row["email_address"]: [event["action"] for event in row["activity"]] for row in page["emails"]}
    assert actions == {"P1@Acme.example": ["open", "click"], "P2@Acme.example": ["open"], "P3@Acme.example": ["bounce"]}
    click = page["emails"][0]["activity"][1]
    assert click["url"].endswith("/pricing")
    assert page["emails"][2]["activity"][0]["type"] == "hard"


def test_email_activity_since_leaves_out_the_silent(base_url: str) -> None:
    page = get(base_url, "reports/c1/email-activity", since=day(31).isoformat())
    assert [(row["email_address"], len(row["activity"])) for row in page["emails"]] == [("P1@Acme.example", 1)]
    assert page["total_items"] == 1


def test_sent_to_and_unsubscribed(base_url: str) -> None:
    sent = get(base_url, "reports/c1/sent-to")["sent_to"]
    assert [(row["status"], row["open_count"]) for row in sent] == [("sent", 1), ("sent", 1), ("hard", 0)]
    (gone,) = get(base_url, "reports/c1/unsubscribed")["unsubscribes"]
    assert (gone["email_id"], gone["timestamp"]) == (subscriber_hash("p2@acme.example"), day(33).isoformat())


def test_a_report_adds_up(base_url: str) -> None:
    report = get(base_url, "reports/c1")
    assert (report["emails_sent"], report["opens"]["opens_total"], report["unsubscribed"]) == (3, 2, 1)
    assert report["bounces"]["hard_bounces"] == 1


def test_fields_and_exclude_fields(base_url: str) -> None:
    page = get(base_url, "lists/list1/members", fields="total_items,members.id,members.merge_fields.FNAME", count=1)
    assert set(page) == {"total_items", "members"}
    assert page["members"] == [{"id": subscriber_hash("p1@acme.example"), "merge_fields": {"FNAME": "Pat"}}]
    trimmed = get(base_url, "lists", exclude_fields="lists.stats,_links")
    assert set(trimmed) == {"lists", "total_items"}
    assert "stats" not in trimmed["lists"][0] and trimmed["lists"][0]["id"] == "list1"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("lists/none/members", 404),
        ("reports/none/sent-to", 404),
        ("nothing", 404),
        ("lists?count=1001", 400),
        ("lists?offset=-1", 400),
        ("campaigns?since_send_time=monday", 400),
    ],
)
def test_errors_are_problems(base_url: str, path: str, status: int) -> None:
    response = requests.get(f"{base_url}/{path}", auth=AUTH)
    assert response.status_code == response.json()["status"] == status
    assert {"type", "title", "detail", "instance"} <= set(response.json())


def test_the_eleventh_connection_at_once_is_refused() -> None:
    app = mailchimp.app(facts(), 1.0)

    async def ping() -> int:
        scope = {
            "type": "http", "method": "GET", "path": "/3.0/ping", "root_path": "", "query_string": b"",
            "scheme": "http", "server": ("127.0.0.1", 80), "headers": [],
        }  # fmt: skip
        statuses: list[int] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
            await asyncio.sleep(0.01)

        scope["headers"] = [(b"authorization", requests.auth._basic_auth_str(*AUTH).encode())]
        await app(scope, receive, send)
        return statuses[0]

    async def many() -> list[int]:
        return await asyncio.gather(*(ping() for _ in range(mailchimp.MAX_CONNECTIONS + 2)))

    statuses = asyncio.run(many())
    assert (statuses.count(200), statuses.count(429)) == (mailchimp.MAX_CONNECTIONS, 2)
    assert asyncio.run(ping()) == 200, "the places are free again"
