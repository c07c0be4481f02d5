"""Intercom's JSON for a conversation and its parts: messages, notes, assignments, changes of state, service targets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from ingestion.sandbox.facts import MetricEvent, Owner, Person, Ticket, TicketComment
from ingestion.sandbox.vendors.intercom.common import Item, admin_id, contact_id, epoch

STATES = {"new": "open", "open": "open", "pending": "snoozed", "solved": "closed", "closed": "closed"}
"""A ticket that waits for the customer is snoozed until the answer; what is solved is closed and stays it."""
MOST_PARTS = 500
SNOOZED_FOR = timedelta(days=30)
_OPERATOR: Item = {"type": "bot", "id": "1", "name": "Operator", "email": "operator@intercom.io"}
_SOURCES = {"email": "email"}


def conversation(
    ticket: Ticket, people: Mapping[int, Person], owners: Mapping[int, Owner], team_ids: Mapping[str, str]
) -> Item:
    """One conversation as it is retrieved; lists and searches leave its parts out."""
    state = STATES[ticket.status.current]
    assignee = ticket.assignee.current
    team = owners[assignee].team if assignee is not None else "Support"
    parts = sorted(_parts(ticket, people, owners), key=lambda part: (part["created_at"], int(part["id"])))
    first, *rest = ticket.comments
    replies = [comment for comment in rest if comment.is_public]
    answered = any(reply.author_owner_id is not None for reply in replies)
    is_waiting = state == "open" and (not replies or replies[-1].author_person_id is not None)
    return {
        "type": "conversation",
        "id": str(ticket.ticket_id),
        "title": ticket.subject,
        "created_at": epoch(ticket.created_at),
        "updated_at": epoch(ticket.updated_at),
        "waiting_since": epoch((replies[-1] if replies else first).at) if is_waiting else None,
        "snoozed_until": epoch(ticket.status.changed_at + SNOOZED_FOR) if state == "snoozed" else None,
        "source": {
            "type": _SOURCES.get(ticket.channel, "conversation"),
            "id": str(first.comment_id),
            "delivered_as": "customer_initiated",
            "subject": ticket.subject if ticket.channel == "email" else "",
            "body": f"<p>{first.body}</p>",
            "author": _author(first, people, owners),
            "attachments": [],
            "url": None,
            "redacted": False,
        },
        "contacts": {
            "type": "contact.list",
            "contacts": [
                {
                    "type": "contact",
                    "id": contact_id(ticket.requester_person_id),
                    "external_id": str(ticket.requester_person_id),
                }
            ],
        },
        "first_contact_reply": {"created_at": epoch(first.at), "type": "conversation", "url": None},
        "admin_assignee_id": int(admin_id(assignee)) if assignee is not None else None,
        "team_assignee_id": team_ids.get(team),
        "open": state != "closed",
        "state": state,
        "read": answered,
        "tags": {"type": "tag.list", "tags": _tags(ticket)},
        "priority": "priority" if ticket.priority in ("high", "urgent") else "not_priority",
        "sla_applied": _sla(ticket),
        "statistics": _statistics(ticket, len(parts)),
        "conversation_rating": _rating(ticket),
        "teammates": {
            "type": "admin.list",
            "admins": [{"type": "admin", "id": id_} for id_ in sorted({admin_id(o) for o in _handlers(ticket)})],
        },
        "custom_attributes": {"Priority": ticket.priority},
        "topics": {"type": "topic.list", "topics": [], "total_count": 0},
        "ticket": None,
        "linked_objects": {"type": "list", "data": [], "total_count": 0, "has_more": False},
        "ai_agent_participated": False,
        "ai_agent": None,
        "conversation_parts": {
            "type": "conversation_part.list",
            "conversation_parts": parts[-MOST_PARTS:],
            "total_count": len(parts),
        },
    }


def _parts(ticket: Ticket, people: Mapping[int, Person], owners: Mapping[int, Owner]) -> Iterator[Item]:
    """In no order. Ids of what is no message come from the ticket's number, far from those of messages."""
    for comment in ticket.comments[1:]:
        kind = "comment" if comment.is_public else "note"
        yield _part(ticket, comment.comment_id, kind, comment.at, _author(comment, people, owners), body=comment.body)
    for number, (at, owner_id) in enumerate(ticket.assignee):
        if owner_id is not None:
            assigned: Item = {"type": "admin", "id": admin_id(owner_id)}
            yield _part(ticket, _part_id(ticket, 100 + number), "assignment", at, _OPERATOR, assigned_to=assigned)
    before = "open"
    for number, (at, status) in enumerate(ticket.status):
        state = STATES[status]
        if state != before and state != "open":  # it opens again with the customer's answer
            author = _admin(owners, ticket.assignee.at(at))
            kind = {"snoozed": "snoozed", "closed": "close"}[state]
            details = {"snoozed_until_custom_time": epoch(at + SNOOZED_FOR)} if state == "snoozed" else None
            yield _part(ticket, _part_id(ticket, 200 + number), kind, at, author, event_details=details)
        before = state
    for number, event in enumerate(event for event in ticket.metric_events if event.metric == "reply_time"):
        if event.type in ("apply_sla", "breach"):
            applied = event.type == "apply_sla"
            kind = "conversation_sla_applied_by_rule" if applied else "conversation_sla_target_missed"
            details = _applied(event) if applied else _missed(event)
            yield _part(ticket, _part_id(ticket, 300 + number), kind, event.at, _OPERATOR, event_details=details)


def _part_id(ticket: Ticket, number: int) -> int:
    return ticket.ticket_id * 1_000 + number


def _part(
    ticket: Ticket,
    part_id: int,
    kind: str,
    at: datetime,
    author: Item,
    body: str | None = None,
    assigned_to: Item | None = None,
    event_details: Item | None = None,
) -> Item:
    return {
        "type": "conversation_part",
        "id": str(part_id),
        "part_type": kind,
        "body": f"<p>{body}</p>" if body else None,
        "created_at": epoch(at),
        "updated_at": epoch(at),
        "notified_at": epoch(at),
        "assigned_to": assigned_to,
        "author": author,
        "attachments": [],
        "external_id": None,
        "redacted": False,
        "email_message_metadata": None,
        "state": STATES[ticket.status.at(at) or "new"],
        "tags": [],
        "event_details": event_details or {},
        "app_package_code": None,
    }


def _author(comment: TicketComment, people: Mapping[int, Person], owners: Mapping[int, Owner]) -> Item:
    if comment.author_person_id is None:
        return _admin(owners, comment.author_owner_id)
    person = people[comment.author_person_id]
    name = f"{person.first_name} {person.last_name}".strip()
    return {"type": "user", "id": contact_id(person.person_id), "name": name, "email": person.email}


def _admin(owners: Mapping[int, Owner], owner_id: int | None) -> Item:
    if owner_id is None:
        return _OPERATOR
    owner = owners[owner_id]
    name = f"{owner.first_name} {owner.last_name}"
    return {"type": "admin", "id": admin_id(owner_id), "name": name, "email": owner.email}


def _handlers(ticket: Ticket) -> set[int]:
    return {owner_id for _, owner_id in ticket.assignee if owner_id is not None}


def _tags(ticket: Ticket) -> list[Item]:
    if "invoice" not in ticket.subject.lower():
        return []
    applied: Item = {"applied_at": epoch(ticket.created_at), "applied_by": {"type": "bot", "id": "1"}}
    return [{"type": "tag", "id": "7001", "name": "Billing", **applied}]


def _happened(ticket: Ticket, kind: str) -> bool:
    return any(event.metric == "reply_time" and event.type == kind for event in ticket.metric_events)


def _applied(event: MetricEvent) -> Item:
    target = event.target_minutes or 0
    return {"sla_name": f"First reply in {target} minutes", "sla_definition": {"first_reply_time": target * 60}}


def _missed(event: MetricEvent) -> Item:
    return {
        "sla_name": _applied(event)["sla_name"],
        "sla_target_type": "first_reply_time",
        "current_sla_status": "missed",
        "sla_states": {"first_reply_time": {"status": "missed", "seconds_remaining": None}},
    }


def _sla(ticket: Ticket) -> Item | None:
    applied = next((e for e in ticket.metric_events if e.metric == "reply_time" and e.type == "apply_sla"), None)
    if applied is None:
        return None
    status = "missed" if _happened(ticket, "breach") else "hit" if _happened(ticket, "fulfill") else "active"
    return {"type": "conversation_sla_summary", "sla_name": _applied(applied)["sla_name"], "sla_status": status}


def _rating(ticket: Ticket) -> Item | None:
    if ticket.rating is None or ticket.satisfaction_at is None:
        return None
    assignee = ticket.assignee.current
    return {
        "rating": ticket.rating,
        "remark": ticket.satisfaction_comment,
        "created_at": epoch(ticket.satisfaction_at),
        "updated_at": epoch(ticket.satisfaction_at),
        "contact": {
            "type": "contact",
            "id": contact_id(ticket.requester_person_id),
            "external_id": str(ticket.requester_person_id),
        },
        "teammate": {"type": "admin", "id": admin_id(assignee)} if assignee is not None else None,
    }


def _statistics(ticket: Ticket, parts: int) -> Item:
    """Seconds since the conversation began, and moments of what happened first and last."""
    begun = ticket.created_at
    assigned = [at for at, owner_id in ticket.assignee if owner_id is not None]
    public = [comment for comment in ticket.comments if comment.is_public]
    admin = [comment.at for comment in public if comment.author_owner_id is not None]
    contact = [comment.at for comment in public if comment.author_person_id is not None]
    history = [(at, STATES[status]) for at, status in ticket.status]
    closed = [at for (_, before), (at, state) in pairwise(history) if state == "closed" != before]
    reopened = sum(state == "open" and before == "closed" for (_, before), (_, state) in pairwise(history))
    waits = [
        int((after.at - before.at).total_seconds())
        for before, after in pairwise(public)
        if before.author_person_id is not None and after.author_owner_id is not None
    ]

    def since(moments: list[datetime], which: int) -> int | None:
        return int((moments[which] - begun).total_seconds()) if moments else None

    def at(moments: list[datetime], which: int) -> int | None:
        return epoch(moments[which]) if moments else None

    closer = ticket.assignee.at(closed[-1]) if closed else None
    return {
        "type": "conversation_statistics",
        "time_to_assignment": since(assigned, 0),
        "time_to_admin_reply": since(admin, 0),
        "time_to_first_close": since(closed, 0),
        "time_to_last_close": since(closed, -1),
        "median_time_to_reply": int(median(waits)) if waits else None,
        "first_contact_reply_at": at(contact, 0),
        "first_assignment_at": at(assigned, 0),
        "first_admin_reply_at": at(admin, 0),
        "first_close_at": at(closed, 0),
        "last_assignment_at": at(assigned, -1),
        "last_assignment_admin_reply_at": at([moment for moment in admin if assigned and moment >= assigned[-1]], 0),
        "last_contact_reply_at": at(contact, -1),
        "last_admin_reply_at": at(admin, -1),
        "last_close_at": at(closed, -1),
        "last_closed_by_id": admin_id(closer) if closer is not None else None,
        "count_reopens": reopened,
        "count_assignments": len(assigned),
        "count_conversation_parts": parts,
    }
