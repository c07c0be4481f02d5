"""Zendesk, read over HTTP from the sandbox into a real DuckDB, against the world that the sandbox serves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from typing import Any

import pytest

from ingestion.client import ApiClient
from ingestion.errors import BrokenPagination, CredentialsRejected, HostUnreachable, VendorError
from ingestion.sandbox.facts import Facts
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.vendors.zendesk.common import AGENT_OFFSET
from ingestion.source import StreamContext
from ingestion.sources import zendesk
from ingestion.sources.zendesk import Settings, check, streams

EARLIER, AS_OF = date(2024, 6, 30), date(2024, 12, 31)


@pytest.fixture(scope="module")
def world(world_at: Callable[..., Facts]) -> Facts:
    facts = world_at(AS_OF, 0.1)
    assert len(facts.tickets) > 10
    return facts


@pytest.fixture(scope="module")
def sandbox(world: Facts) -> Iterator[SandboxServer]:
    with SandboxServer(AS_OF, facts=world, window_scale=0.001) as server:
        yield server


@pytest.fixture(scope="module")
def loaded(sandbox: SandboxServer, module_warehouse: Callable[[str], Any]) -> Any:
    warehouse = module_warehouse("zendesk")
    warehouse.load(sandbox)
    return warehouse


def test_every_record_of_the_world_arrives(loaded: Any, world: Facts) -> None:
    assert loaded.column("tickets", "id") == sorted(str(row.ticket_id) for row in world.tickets)
    comments = sorted(str(comment.comment_id) for ticket in world.tickets for comment in ticket.comments)
    found = loaded.query("select id from raw.ticket_events where event_type = 'Comment' order by 1")
    assert [row[0] for row in found] == comments
    events = sorted(str(event.event_id) for ticket in world.tickets for event in ticket.metric_events)
    assert loaded.column("ticket_metric_events", "id") == events
    ratings = sorted(str(row.satisfaction_id) for row in world.tickets if row.satisfaction_id)
    assert loaded.column("satisfaction_ratings", "id") == ratings


def test_status_changes_are_the_history_of_the_world(loaded: Any, world: Facts) -> None:
    living = {str(row.ticket_id): [status for _, status in row.status] for row in world.tickets if not row.deleted_at}
    found = dict(
        loaded.query(
            "select ticket_id, list(status order by created_at, id) from raw.ticket_events "
            "where status is not null group by 1"
        )
    )
    assert {ticket: found[ticket] for ticket in living} == living


def test_assignments_are_the_history_of_the_world(loaded: Any, world: Facts) -> None:
    """Of every agent who ever got it, deleted tickets included; who comes back gets it once more."""
    assigned = {
        str(row.ticket_id): [str(AGENT_OFFSET + agent) for _, agent in row.assignee if agent is not None]
        for row in world.tickets
    }
    found = dict(
        loaded.query(
            "select ticket_id, list(assignee_id order by created_at, id) from raw.ticket_events "
            "where assignee_id is not null group by 1"
        )
    )
    assert found == {ticket: agents for ticket, agents in assigned.items() if agents}


def test_an_update_may_change_several_things_at_once(vendor: Any) -> None:
    """Of a form, or an assignee taken away, nothing is kept; who is assigned from the beginning is assigned then."""
    children = [
        {"id": 1, "event_type": "Create", "assignee_id": 7},
        {"id": 2, "event_type": "Create", "assignee_id": None},
        {"id": 3, "event_type": "Change", "assignee_id": 8, "previous_value": 7, "status": "open"},
        {"id": 4, "event_type": "Change", "assignee_id": None, "previous_value": 8},
        {"id": 5, "event_type": "Change", "ticket_form_id": 9},
    ]
    event = {"id": 1, "ticket_id": 5, "created_at": "2026-01-01T00:00:00Z", "child_events": children}
    body = {"ticket_events": [event], "end_time": 1, "end_of_stream": True}
    pages = list(_streams(vendor(lambda path, number: (200, {}, body)))["ticket_events"].pages(_context()))
    assert [(row["id"], row["assignee_id"], row["ticket_id"]) for page in pages for row in page] == [
        (1, 7, 5),
        (3, 8, 5),
    ]


def test_what_people_wrote_does_not_enter_the_warehouse(loaded: Any, world: Facts, warehouse: Any) -> None:
    written = {comment.body for ticket in world.tickets for comment in ticket.comments}
    subjects = {ticket.subject for ticket in world.tickets}
    kept = " ".join(record for table in loaded.contents() for (record,) in _records(loaded, table))
    assert not [text for text in written - subjects if text in kept]
    assert '"description"' not in " ".join(record for (record,) in _records(loaded, "tickets"))


def test_what_people_wrote_is_kept_when_asked_for(sandbox: SandboxServer, world: Facts, warehouse: Any) -> None:
    full = warehouse("zendesk")
    full.load(sandbox, keep_message_text=True)
    bodies = full.query(
        "select json_extract_string(_record, '$.body') from raw.ticket_events where event_type = 'Comment'"
    )
    assert sorted(body for (body,) in bodies) == sorted(c.body for ticket in world.tickets for c in ticket.comments)


@pytest.mark.parametrize("page_size", [1, 2])
def test_any_page_size_brings_the_same(
    page_size: int, world_at: Callable[..., Facts], warehouse: Callable[[str], Any]
) -> None:
    facts = world_at(date(2023, 12, 31), 0.05)
    whole, small = warehouse("zendesk"), warehouse("zendesk")
    with SandboxServer(facts.as_of.date(), facts=facts, window_scale=0.001) as server:
        whole.load(server)
        small.load(server, page_size=page_size)
    assert whole.column("tickets", "id")
    assert whole.contents() == small.contents()


def test_second_run_goes_on_from_the_cursor_and_changes_nothing(
    sandbox: SandboxServer, loaded: Any, tmp_path: Any
) -> None:
    again = loaded.copy_to(tmp_path / "again")
    report = again.load(sandbox)
    assert again.contents() == loaded.contents()
    for table in ("tickets", "users", "ticket_events", "ticket_metric_events"):
        assert report.tables[table].received < report.tables[table].rows_after / 2, table


def test_growing_with_the_world_equals_a_fresh_load(
    world_at: Callable[..., Facts], sandbox: SandboxServer, loaded: Any, warehouse: Any
) -> None:
    grown = warehouse("zendesk")
    with SandboxServer(EARLIER, facts=world_at(EARLIER, 0.1), window_scale=0.001) as earlier:
        grown.load(earlier)
    before = grown.contents()
    grown.load(sandbox)
    assert before != grown.contents() == loaded.contents()


def test_deleted_tickets_come_with_their_status(world_at: Callable[..., Facts], warehouse: Any) -> None:
    facts = world_at(date(2026, 6, 30), 0.1)
    gone = sorted(str(ticket.ticket_id) for ticket in facts.tickets if ticket.deleted_at)
    assert gone
    whole = warehouse("zendesk")
    with SandboxServer(facts.as_of.date(), facts=facts, window_scale=0.001) as server:
        whole.load(server)
    assert [row[0] for row in whole.query("select id from raw.tickets where status = 'deleted' order by 1")] == gone


def test_the_cursor_is_kept_and_used(vendor: Any) -> None:
    asked: list[str] = []

    def answer(path: str, number: int) -> Any:
        asked.append(path)
        return 200, {}, {"tickets": [], "after_cursor": "c2", "end_of_stream": True}

    context = StreamContext({"cursor": "c1"}, started_at=datetime(2026, 1, 2))
    list(_streams(vendor(answer))["tickets"].pages(context))
    assert "cursor=c1" in asked[0] and "start_time" not in asked[0]
    assert context.state["cursor"] == "c2"


def test_an_empty_answer_does_not_lose_the_cursor(vendor: Any) -> None:
    address = vendor(lambda path, number: (200, {}, {"tickets": [], "after_cursor": None, "end_of_stream": True}))
    context = StreamContext({"cursor": "c1"}, started_at=datetime(2026, 1, 2))
    list(_streams(address)["tickets"].pages(context))
    assert context.state["cursor"] == "c1"


def test_a_full_page_is_not_the_end_and_a_short_one_is_not_either(vendor: Any) -> None:
    def answer(path: str, number: int) -> Any:
        return 200, {}, {"tickets": [{"id": number}], "after_cursor": f"c{number}", "end_of_stream": number == 2}

    pages = list(_streams(vendor(answer))["tickets"].pages(_context()))
    assert [record["id"] for page in pages for record in page] == [0, 1, 2]


@pytest.mark.parametrize("body", [{"tickets": []}, {"tickets": [], "end_of_stream": False, "after_cursor": None}])
def test_an_export_that_neither_ends_nor_goes_on_is_refused(body: Any, vendor: Any) -> None:
    with pytest.raises(BrokenPagination, match="neither that it ends"):
        list(_streams(vendor(lambda path, number: (200, {}, body)))["tickets"].pages(_context()))


def test_a_cursor_that_does_not_move_is_refused(vendor: Any) -> None:
    body = {"tickets": [{"id": 1}], "end_of_stream": False, "after_cursor": "same"}
    with pytest.raises(BrokenPagination, match="same page twice"):
        list(_streams(vendor(lambda path, number: (200, {}, body)))["tickets"].pages(_context()))


def test_the_last_minute_is_not_asked_for(vendor: Any) -> None:
    started = datetime(2026, 1, 2)
    epoch = int((started - datetime(1970, 1, 1)).total_seconds())
    context = StreamContext({"end_time": epoch + 600 - 30}, started_at=started)
    address = vendor(lambda path, number: pytest.fail("nothing may be asked"))
    assert list(_streams(address)["ticket_metric_events"].pages(context)) == []


def test_error_inside_http_200_is_an_error(vendor: Any) -> None:
    body = {"error": "InvalidValue", "description": "start_time is invalid"}
    with pytest.raises(VendorError, match="InvalidValue"):
        list(_streams(vendor(lambda path, number: (200, {}, body)))["tickets"].pages(_context()))


def test_a_rate_limit_is_waited_for(monkeypatch: pytest.MonkeyPatch, vendor: Any) -> None:
    monkeypatch.setattr(zendesk, "ApiClient", partial(ApiClient, backoff_seconds=0.001))

    def answer(path: str, number: int) -> Any:
        if number == 0:
            return 429, {}, {"error": "APIRateLimitExceeded"}
        return 200, {}, {"tickets": [], "after_cursor": None, "end_of_stream": True}

    assert list(_streams(vendor(answer))["tickets"].pages(_context())) == [[]]


def test_an_anonymous_answer_is_a_rejected_credential(vendor: Any) -> None:
    anonymous = {"user": {"id": None, "name": "Anonymous user", "role": "end-user"}}
    with pytest.raises(CredentialsRejected, match="administrator"):
        check(_settings(vendor(lambda path, number: (200, {}, anonymous))))


def test_wrong_token_is_said_without_being_shown(sandbox: SandboxServer) -> None:
    overlay = {**sandbox.overlay()["zendesk"], "api_token": "wrong-and-secret"}
    with pytest.raises(CredentialsRejected) as caught:
        check(Settings(name="desk", **overlay))
    assert "sources.desk" in caught.value.remedy
    assert "wrong-and-secret" not in str(caught.value) + caught.value.remedy


def test_nobody_there(monkeypatch: pytest.MonkeyPatch, closed_address: str) -> None:
    monkeypatch.setattr(zendesk, "ApiClient", partial(ApiClient, max_attempts=1))
    with pytest.raises(HostUnreachable):
        check(_settings(closed_address))


def _records(warehouse: Any, table: str) -> Any:
    return warehouse.query(f"select _record::varchar from raw.{table}")


def _settings(address: str) -> Settings:
    return Settings(name="zendesk", base_url=address, email="a@example.com", api_token="t")  # type: ignore[arg-type]


def _streams(address: str) -> dict[str, Any]:
    return {stream.table.name: stream for stream in streams(_settings(address))}


def _context() -> StreamContext:
    return StreamContext({}, started_at=datetime(2026, 1, 2))
