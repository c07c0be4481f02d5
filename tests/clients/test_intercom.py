"""Intercom's own client pages through the sandbox and sees what the raw tables hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from ingestion.sandbox.facts import Facts
from ingestion.sandbox.server import SandboxServer
from tests.clients.conftest import AS_OF
from tests.ingestion.sources.conftest import Warehouse


@pytest.fixture(scope="module")
def desk(company: Facts) -> Iterator[SandboxServer]:
    """The company with all of its tickets and people in Intercom, one ticket deleted."""
    tickets = [
        replace(ticket, desk="intercom", rating=4 if ticket.satisfaction_at else None) for ticket in company.tickets
    ]
    tickets[0] = replace(tickets[0], deleted_at=tickets[0].updated_at)
    owners = [replace(owner, business_unit="polaris") for owner in company.owners]
    moved = replace(company, owners=owners, tickets=tickets)
    with SandboxServer(AS_OF, facts=moved, window_scale=0.001, page_cap=3) as server:
        yield server


@pytest.fixture(scope="module")
def held(desk: SandboxServer, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    warehouse = Warehouse("intercom", tmp_path_factory.mktemp("intercom"))
    warehouse.load(desk)
    return warehouse


@pytest.fixture(scope="module")
def client(sdk: Callable[[str], Any], desk: SandboxServer) -> Any:
    access = desk.overlay()["intercom"]
    return sdk("intercom").Intercom(token=access["access_token"], base_url=access["base_url"])


@pytest.fixture(scope="module")
def search(sdk: Callable[[str], Any]) -> Callable[..., list[Any]]:
    """Everything that a search of the client finds, in pages of three by the cursors of its answers.

    The client's own pager asks for the first page again and again: its `search` (5.0.1) forgets the cursor.
    """
    types = sdk("intercom.types")

    def searched(resource: Any, field: str, operator: str, value: Any) -> list[Any]:
        query = types.SingleFilterSearchRequest(field=field, operator=operator, value=value)
        paging, found, seen = types.StartingAfterPaging(per_page=3), [], set[str]()
        while True:
            page = resource.search(query=query, pagination=paging)
            found += page.items
            following = page.response.pages.next
            if following is None:
                return found
            assert following.starting_after not in seen
            seen.add(following.starting_after)
            paging = types.StartingAfterPaging(per_page=3, starting_after=following.starting_after)

    return searched


@pytest.fixture(scope="module")
def found(client: Any, search: Callable[..., list[Any]]) -> list[Any]:
    """Every conversation."""
    return search(client.conversations, "updated_at", ">", 1)


def test_conversations_found_by_search(found: list[Any], held: Warehouse) -> None:
    assert sorted(conversation.id for conversation in found) == held.column("conversations", "id")
    assert len(found) > 3


def test_conversations_listed(client: Any, held: Warehouse) -> None:
    assert sorted(conversation.id for conversation in client.conversations.list()) == held.column("conversations", "id")


def test_parts_of_a_conversation(client: Any, found: list[Any], held: Warehouse) -> None:
    for conversation in found[:5]:
        whole = client.conversations.find(conversation_id=conversation.id)
        held_ids = held.query(f"select id from raw.conversation_parts where conversation_id = '{conversation.id}'")
        assert {(part.id,) for part in whole.conversation_parts.conversation_parts} == set(held_ids)
        assert whole.statistics.count_conversation_parts == len(held_ids)


def test_ratings(found: list[Any], held: Warehouse) -> None:
    rated = {one.id: one.conversation_rating.rating for one in found if one.conversation_rating}
    held_ratings = held.query("select id, rating from raw.conversations where rating is not null")
    assert {(id_, int(rating)) for id_, rating in held_ratings} == set(rated.items())
    assert rated


def test_contacts_listed_and_searched(client: Any, search: Callable[..., list[Any]], held: Warehouse) -> None:
    assert sorted(contact.id for contact in client.contacts.list()) == held.column("contacts", "id")
    assert sorted(one.id for one in search(client.contacts, "role", "=", "user")) == held.column("contacts", "id")


def test_companies_by_scroll(client: Any, held: Warehouse) -> None:
    assert sorted(one.id for one in client.companies.scroll()) == held.column("companies", "id")


def test_teammates_and_teams(client: Any, held: Warehouse) -> None:
    assert sorted(admin.id for admin in client.admins.list().admins) == held.column("admins", "id")
    assert sorted(team.id for team in client.teams.list().teams) == held.column("teams", "id")


def test_a_wrong_token_is_unauthorized(sdk: Callable[[str], Any], desk: SandboxServer) -> None:
    stranger = sdk("intercom").Intercom(token="wrong", base_url=desk.overlay()["intercom"]["base_url"])
    with pytest.raises(sdk("intercom.errors").UnauthorizedError):
        stranger.admins.list()
