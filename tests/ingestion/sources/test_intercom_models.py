"""Intercom's staging models against the company that the sandbox served."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ingestion.sandbox.facts import Facts, view
from ingestion.sandbox.server import SandboxServer
from tests.ingestion.sources.acquired import AS_OF, acquired
from tests.ingestion.sources.conftest import Query, assignments, second

STATUS = {"new": "open", "open": "open", "pending": "hold", "hold": "hold", "solved": "closed", "closed": "closed"}


def fill(load: Callable[[str, dict[str, Any]], None]) -> None:
    with SandboxServer(AS_OF, facts=acquired(), window_scale=0.001) as sandbox:
        load("intercom", dict(sandbox.overlay()["intercom"]))


def living() -> Facts:
    """The desk's conversations that still exist: those deleted before the first run were never seen."""
    desk = view(acquired(), "intercom")
    desk.tickets = [ticket for ticket in desk.tickets if ticket.deleted_at is None]
    assert len(desk.tickets) > 20
    return desk


def test_conversations_are_the_desk_s(canonical: Query) -> None:
    desk = living()
    people = {person.person_id: person.email.lower() for person in desk.people}
    owners = {owner.owner_id: owner.email.lower() for owner in desk.owners}
    expected = {
        str(ticket.ticket_id): (
            people[ticket.requester_person_id],
            owners.get(ticket.assignee.current or 0),
            STATUS[ticket.status.current],
            second(ticket.created_at),
            False,
        )
        for ticket in desk.tickets
    }
    found = canonical(
        "select source_record_id, requester_email, assignee_email, status, created_at, is_deleted "
        "from canonical.conversations"
    )
    assert {conversation: tuple(rest) for conversation, *rest in found} == expected


def test_a_conversation_was_solved_when_it_was_closed_last(canonical: Query) -> None:
    expected = {
        str(ticket.ticket_id): max((second(at) for at, status in ticket.status if status == "solved"), default=None)
        for ticket in living().tickets
    }
    assert any(expected.values())
    assert dict(canonical("select source_record_id, solved_at from canonical.conversations")) == expected


def test_messages_know_who_wrote_and_when(canonical: Query) -> None:
    expected = sorted(
        (
            f"intercom:{ticket.ticket_id}",
            second(comment.at),
            "customer" if comment.author_person_id else "agent" if comment.author_owner_id else "system",
            comment.is_public,
        )
        for ticket in living().tickets
        for comment in ticket.comments
    )
    found = canonical("select conversation_id, sent_at, author_role, is_public from canonical.messages")
    assert sorted(found) == expected


def test_ratings_are_of_five_steps(canonical: Query) -> None:
    score = {1: "bad", 2: "bad", 3: "neutral", 4: "good", 5: "good"}
    expected = {f"intercom:{ticket.ticket_id}": score[ticket.rating] for ticket in living().tickets if ticket.rating}
    assert dict(canonical("select conversation_id, score from canonical.satisfaction_ratings")) == expected != {}


def test_missed_targets_are_the_desk_s(canonical: Query) -> None:
    expected = sorted(
        f"intercom:{ticket.ticket_id}"
        for ticket in living().tickets
        for event in ticket.metric_events
        if (event.metric, event.type) == ("reply_time", "breach")
    )
    found = canonical(
        "select conversation_id from canonical.conversation_events "
        "where metric = 'reply_time' and event_type = 'breach'"
    )
    assert sorted(row[0] for row in found) == expected != []


def test_assignments_are_the_desk_s(canonical: Query) -> None:
    found = canonical(
        "select conversation_id, occurred_at, assignee_email from canonical.conversation_events "
        "where metric = 'assignment' and assignee_email is not null"
    )
    assert sorted(found) == assignments(living(), "intercom") != []


def test_every_event_belongs_to_a_conversation_and_clocks_do_not_run_backwards(canonical: Query) -> None:
    assert canonical(
        "select count(*) from canonical.conversation_events as events "
        "left join canonical.conversations as conversations using (conversation_id) "
        "where conversations.conversation_id is null or events.occurred_at < conversations.created_at"
    ) == [(0,)]
