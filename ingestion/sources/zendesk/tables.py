"""The raw tables of Zendesk."""

from __future__ import annotations

from ingestion.tables import Column, RawTable

TICKETS = RawTable(
    "tickets",
    "One ticket, deleted ones included (status `deleted`).",
    (
        Column("id", "text", "Ticket"),
        Column("generated_timestamp", "bigint", "Epoch second of its last change, system changes included"),
        Column("created_at", "timestamp", "Opened", required=True),
        Column("updated_at", "timestamp", "Last change that users see"),
        Column("status", "text", "`new`, `open`, `pending`, `hold`, `solved`, `closed`, `deleted`", required=True),
        Column("priority", "text", "`low`, `normal`, `high`, `urgent`"),
        Column("via_channel", "text", "Where it came from", path="via.channel"),
        Column("subject", "text", "Subject line"),
        Column("requester_id", "text", "User who asked"),
        Column("assignee_id", "text", "Agent now"),
        Column("group_id", "text", "Group now"),
        Column("organization_id", "text", "The requester's organisation"),
    ),
    key=("id",),
    version="generated_timestamp",
)
USERS = RawTable(
    "users",
    "One person: end users, agents and administrators; deleted ones have active = false.",
    (
        Column("id", "text", "User"),
        Column("name", "text", "Name"),
        Column("email", "text", "Primary address"),
        Column("role", "text", "`end-user`, `agent` or `admin`"),
        Column("active", "bool", "False once deleted"),
        Column("created_at", "timestamp", "Created"),
        Column("updated_at", "timestamp", "Last change"),
    ),
    key=("id",),
    version="updated_at",
)
TICKET_EVENTS = RawTable(
    "ticket_events",
    "One comment on a ticket, one change of its status or one assignment to an agent, out of the ticket event export.",
    (
        Column("id", "text", "Event"),
        Column("ticket_id", "text", "Ticket", required=True),
        Column("event_type", "text", "`Comment`, `Create` or `Change`", required=True),
        Column("created_at", "timestamp", "When", required=True),
        Column("updater_id", "text", "User whose update it belongs to; -1 is the system"),
        Column("author_id", "text", "Who wrote the comment"),
        Column("public", "bool", "Whether the requester sees the comment"),
        Column("status", "text", "Status the ticket changed to"),
        Column("assignee_id", "text", "Agent the ticket was assigned to"),
        Column("previous_value", "text", "Status or agent before"),
    ),
    key=("id",),
)
METRIC_EVENTS = RawTable(
    "ticket_metric_events",
    "A clock (reply, requester wait, agent work) started, paused, met or missed.",
    (
        Column("id", "text", "Event"),
        Column("ticket_id", "text", "Ticket", required=True),
        Column("metric", "text", "Which clock", required=True),
        Column("instance_id", "bigint", "How manyth run of that clock on the ticket"),
        Column("type", "text", "What happened to it", required=True),
        Column("time", "timestamp", "When", required=True),
        Column("sla_target", "bigint", "Agreed time in minutes, on apply_sla", path="sla.target"),
        Column("deleted", "bool", "True when a breach was taken back"),
    ),
    key=("id",),
)
SATISFACTION_RATINGS = RawTable(
    "satisfaction_ratings",
    "What a requester said of a ticket, offers without answer included.",
    (
        Column("id", "text", "Rating"),
        Column("ticket_id", "text", "Ticket"),
        Column("requester_id", "text", "Who was asked"),
        Column("score", "text", "`good`, `bad`, `offered`, `unoffered`"),
        Column("created_at", "timestamp", "Created"),
        Column("updated_at", "timestamp", "Given or changed"),
    ),
    key=("id",),
    version="updated_at",
)
GROUPS = RawTable(
    "groups",
    "A group of agents.",
    (
        Column("id", "text", "Group"),
        Column("name", "text", "Name"),
        Column("deleted", "bool", "True once deleted"),
        Column("updated_at", "timestamp", "Last change"),
    ),
    key=("id",),
)
ALL = (TICKETS, USERS, TICKET_EVENTS, METRIC_EVENTS, SATISFACTION_RATINGS, GROUPS)
