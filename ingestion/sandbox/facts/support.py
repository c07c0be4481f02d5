"""Tickets of the help desks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ingestion.sandbox.facts.history import History


@dataclass
class TicketComment:
    comment_id: int
    author_person_id: int | None
    author_owner_id: int | None
    at: datetime
    is_public: bool
    body: str


@dataclass
class MetricEvent:
    """Zendesk ticket metric event; `metric` × `type` as in its API."""

    event_id: int
    ticket_id: int
    metric: str
    """`reply_time`, `requester_wait_time`, `agent_work_time`."""
    type: str
    """`activate`, `fulfill`, `breach`, `apply_sla`, `update_status`."""
    at: datetime
    target_minutes: int | None = None


@dataclass
class Ticket:
    """A question of a customer: a Zendesk ticket or an Intercom conversation, whose parts are the comments."""

    ticket_id: int
    company_id: int
    requester_person_id: int
    subject: str
    priority: str
    channel: str
    """`email`, `web`, `chat`, `api`."""
    created_at: datetime
    status: History[str]
    """`new`, `open`, `pending`, `solved`, `closed`."""
    assignee: History[int | None]
    comments: list[TicketComment]
    metric_events: list[MetricEvent]
    updated_at: datetime
    satisfaction_score: str | None = None
    """`good`, `bad`, or None."""
    satisfaction_id: int | None = None
    satisfaction_comment: str | None = None
    satisfaction_at: datetime | None = None
    deleted_at: datetime | None = None
    desk: str = "zendesk"
    """`zendesk` (northwind and meridian) or `intercom` (polaris)."""
    rating: int | None = None
    """Intercom's satisfaction rating, 1 to 5, given at `satisfaction_at`; None in Zendesk."""
