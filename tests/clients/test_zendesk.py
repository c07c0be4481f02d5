"""zenpy, the community's client that Zendesk lists, pages through the sandbox and sees what the raw tables hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from ingestion.sandbox.server import SandboxServer
from tests.clients.conftest import Redirected

VENDOR = "https://northwind.zendesk.com"


@pytest.fixture(scope="module")
def client(sdk: Callable[[str], Any], served: SandboxServer) -> Any:
    access = served.overlay()["zendesk"]
    session = requests.Session()
    session.mount(VENDOR, Redirected(VENDOR, access["base_url"]))
    return sdk("zenpy").Zenpy(
        subdomain="northwind", email=access["email"], token=access["api_token"], session=session, disable_cache=True
    )


def test_tickets_by_cursor(client: Any, raw: Callable[[str], Any]) -> None:
    seen = {str(ticket.id) for ticket in client.tickets.incremental(start_time=0, paginate_by_time=False)}
    assert sorted(seen) == raw("zendesk").column("tickets", "id")
    assert len(seen) > 3


def test_users_by_cursor(client: Any, raw: Callable[[str], Any]) -> None:
    seen = {str(user.id) for user in client.users.incremental(start_time=0, paginate_by_time=False)}
    assert sorted(seen) == raw("zendesk").column("users", "id")


def test_metric_events_by_time(client: Any, raw: Callable[[str], Any]) -> None:
    seen = {str(event.id) for event in client.tickets.metrics_incremental(start_time=0)}
    assert sorted(seen) == raw("zendesk").column("ticket_metric_events", "id")


def test_assignments_are_child_events_of_ticket_events(client: Any, raw: Callable[[str], Any]) -> None:
    children = [child for event in client.tickets.events(start_time=0) for child in event.child_events]
    seen = {str(child["id"]) for child in children if child.get("assignee_id")}
    found = raw("zendesk").query("select id from raw.ticket_events where assignee_id is not null order by 1")
    assert sorted(seen) == [row[0] for row in found]
    assert len(seen) > 3


def test_ratings(client: Any, raw: Callable[[str], Any]) -> None:
    seen = {str(rating.id) for rating in client.satisfaction_ratings()}
    assert sorted(seen) == raw("zendesk").column("satisfaction_ratings", "id")
