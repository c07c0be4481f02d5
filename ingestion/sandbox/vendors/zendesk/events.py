"""Zendesk's comments, ticket events (audits) and metric events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ingestion.sandbox.facts import MetricEvent, Ticket, TicketComment
from ingestion.sandbox.vendors.zendesk.common import AGENT_OFFSET, PERSON_OFFSET, Export, Item, iso, seconds, user_id

AUDIT_OFFSET = 500_000_000_000
SLA_POLICY_ID = 50_000_001
VIA_TITLES = {"email": "Email", "web": "Web form", "chat": "Chat", "api": "Web service (API)"}


def render_comments(ticket: Ticket) -> list[Item]:
    """The comments of `ticket` in the order they were written."""
    audit_ids = _audit_ids(ticket)
    return [_render_comment(ticket, comment, audit_ids[comment.at]) for comment in ticket.comments]


def _render_comment(ticket: Ticket, comment: TicketComment, audit_id: int) -> Item:
    return {
        "id": comment.comment_id,
        "type": "Comment",
        "author_id": _author_id(comment),
        "body": comment.body,
        "html_body": f'<div class="zd-comment"><p dir="auto">{comment.body}</p></div>',
        "plain_body": comment.body,
        "public": comment.is_public,
        "attachments": [],
        "audit_id": audit_id,
        "via": {"channel": ticket.channel, "source": {"from": {}, "to": {}, "rel": None}},
        "created_at": iso(comment.at),
        "metadata": {"system": {}, "custom": {}},
    }


def _audit_ids(ticket: Ticket) -> dict[datetime, int]:
    """One audit for each instant at which the ticket changed, numbered in time order and so never renumbered."""
    moments = {ticket.created_at, *(at for at, _ in ticket.status), *(at for at, _ in ticket.assignee)}
    moments |= {comment.at for comment in ticket.comments}
    first = AUDIT_OFFSET + ticket.ticket_id * 10_000
    return {at: first + index for index, at in enumerate(sorted(moments))}


def audits(ticket: Ticket, with_comments: bool) -> Iterator[Export]:
    via = VIA_TITLES.get(ticket.channel, ticket.channel)
    statuses, assignees = list(ticket.status), list(ticket.assignee)
    for at, audit_id in _audit_ids(ticket).items():
        changes: list[Item] = []
        for name, history in (("status", statuses), ("assignee_id", assignees)):
            for index, (changed_at, value) in enumerate(history):
                if changed_at != at:
                    continue
                if index == 0 and at == ticket.created_at:
                    changes.append({name: _change_value(name, value), "event_type": "Create"})
                else:
                    previous = history[index - 1][1] if index else None
                    change = {name: _change_value(name, value), "previous_value": _change_value(name, previous)}
                    changes.append({**change, "event_type": "Change"})
        children: list[Item] = [
            {"id": audit_id * 10 + index, "via": via, "via_reference_id": None, **change}
            for index, change in enumerate(changes)
        ]
        spoken = [comment for comment in ticket.comments if comment.at == at]
        children += [_comment_event(ticket, comment, audit_id, with_comments) for comment in spoken]
        assignee = ticket.assignee.at(at)
        updater = _author_id(spoken[0]) if spoken else user_id(None, assignee)
        if not spoken and at == ticket.created_at:
            updater = PERSON_OFFSET + ticket.requester_person_id
        body = {
            "id": audit_id,
            "ticket_id": ticket.ticket_id,
            "timestamp": seconds(at),
            "created_at": iso(at),
            "updater_id": updater,
            "via": via,
            "system": {},
            "metadata": {},
            "event_type": "Audit",
            "child_events": children,
        }
        yield Export(seconds(at), audit_id, body)


def _change_value(name: str, value: Any) -> Any:
    return AGENT_OFFSET + value if name == "assignee_id" and value is not None else value


def _comment_event(ticket: Ticket, comment: TicketComment, audit_id: int, with_comments: bool) -> Item:
    if with_comments:
        return {**_render_comment(ticket, comment, audit_id), "via_reference_id": None, "event_type": "Comment"}
    return {
        "id": comment.comment_id,
        "via": VIA_TITLES.get(ticket.channel, ticket.channel),
        "via_reference_id": None,
        "comment_present": True,
        "comment_public": comment.is_public,
        "event_type": "Comment",
    }


def metric_events(ticket: Ticket) -> Iterator[Export]:
    """Metric events with the number of the instance they belong to: a metric that was fulfilled starts a new one."""
    instance: dict[str, int] = {}
    is_open: dict[str, bool] = {}
    running_since: dict[str, datetime] = {}
    for event in sorted(ticket.metric_events, key=lambda event: (event.at, event.event_id)):
        if event.type == "activate":
            if not is_open.get(event.metric):
                instance[event.metric] = instance.get(event.metric, 0) + 1
            is_open[event.metric] = True
            running_since[event.metric] = event.at
        elif event.type == "fulfill":
            is_open[event.metric] = False
        body: Item = {
            "id": event.event_id,
            "ticket_id": event.ticket_id,
            "metric": event.metric,
            "instance_id": instance.get(event.metric, 1),
            "type": event.type,
            "time": iso(event.at),
        }
        body |= _metric_detail(event, running_since.get(event.metric, ticket.created_at))
        yield Export(seconds(event.at), event.event_id, body)


def _metric_detail(event: MetricEvent, since: datetime) -> Item:
    minutes = int((event.at - since).total_seconds() // 60)
    match event.type:
        case "apply_sla":
            target = event.target_minutes or 0
            policy = {"id": SLA_POLICY_ID, "title": "Agreed times", "description": None}
            sla = {"target": target, "target_in_seconds": target * 60, "business_hours": False, "policy": policy}
            return {"sla": sla}
        case "update_status":
            return {"status": {"calendar": minutes, "business": minutes}}
        case "breach":
            return {"deleted": False}
    return {}


def _author_id(comment: TicketComment) -> int:
    return user_id(comment.author_person_id, comment.author_owner_id)
