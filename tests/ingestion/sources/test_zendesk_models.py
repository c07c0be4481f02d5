"""Zendesk's staging models against the world that the sandbox served."""

from __future__ import annotations

from ingestion.sandbox.facts import Facts
from tests.ingestion.sources.conftest import Query, assignments, second


def test_conversations_are_the_world_s_tickets(canonical: Query, modelled_world: Facts) -> None:
    people = {row.person_id: row.email.lower() for row in modelled_world.people}
    agents = {row.owner_id: row.email.lower() for row in modelled_world.owners}
    expected = {
        str(row.ticket_id): (
            people[row.requester_person_id],
            agents.get(row.assignee.current or 0),
            row.channel,
            row.priority,
            "deleted" if row.deleted_at else row.status.current,
            second(row.created_at),
            row.deleted_at is not None,
        )
        for row in modelled_world.tickets
    }
    found = canonical(
        "select source_record_id, requester_email, assignee_email, channel, priority, status, created_at, is_deleted "
        "from canonical.conversations"
    )
    assert {ticket: tuple(rest) for ticket, *rest in found} == expected != {}


def test_a_ticket_was_solved_when_it_was_solved_last(canonical: Query, modelled_world: Facts) -> None:
    expected = {
        str(row.ticket_id): max((second(at) for at, status in row.status if status == "solved"), default=None)
        for row in modelled_world.tickets
        if not row.deleted_at
    }
    found = dict(canonical("select source_record_id, solved_at from canonical.conversations where not is_deleted"))
    assert found == expected
    assert any(expected.values())


def test_messages_know_who_wrote_and_when(canonical: Query, modelled_world: Facts) -> None:
    expected = sorted(
        (
            f"zendesk:{ticket.ticket_id}",
            str(comment.comment_id),
            "customer" if comment.author_person_id else "agent" if comment.author_owner_id else "system",
            second(comment.at),
            comment.is_public,
        )
        for ticket in modelled_world.tickets
        for comment in ticket.comments
    )
    found = canonical(
        "select conversation_id, source_record_id, author_role, sent_at, is_public from canonical.messages"
    )
    assert sorted(found) == expected


def test_clock_events_and_ratings_are_the_world_s(canonical: Query, modelled_world: Facts) -> None:
    events = sorted(
        (f"zendesk:{ticket.ticket_id}", event.metric, event.type, second(event.at))
        for ticket in modelled_world.tickets
        for event in ticket.metric_events
    )
    found = canonical(
        "select conversation_id, metric, event_type, occurred_at from canonical.conversation_events"
        " where metric <> 'assignment'"
    )
    assert sorted(found) == events != []
    targets = {
        event.target_minutes for t in modelled_world.tickets for event in t.metric_events if event.target_minutes
    }
    assert {row[0] for row in canonical("select target_minutes from canonical.conversation_events")} - {None} == targets
    ratings = sorted(
        (f"zendesk:{row.ticket_id}", row.satisfaction_score) for row in modelled_world.tickets if row.satisfaction_score
    )
    assert sorted(canonical("select conversation_id, score from canonical.satisfaction_ratings")) == ratings != []


def test_assignments_are_the_world_s(canonical: Query, modelled_world: Facts) -> None:
    found = canonical(
        "select conversation_id, occurred_at, assignee_email from canonical.conversation_events"
        " where metric = 'assignment'"
    )
    assert sorted(found) == assignments(modelled_world, "zendesk") != []
