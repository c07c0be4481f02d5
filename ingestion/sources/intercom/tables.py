"""The raw tables of Intercom."""

from __future__ import annotations

from ingestion.tables import Column, RawTable

CONTACTS = RawTable(
    "contacts",
    "One person who wrote or was written to: a user (known to the product) or a lead.",
    (
        Column("id", "text", "Contact"),
        Column("external_id", "text", "The product's own id of the person"),
        Column("role", "text", "`user` or `lead`"),
        Column("email", "text", "Address"),
        Column("name", "text", "Name"),
        Column("owner_id", "text", "Admin who owns the contact"),
        Column("created_at", "epoch_seconds", "Created"),
        Column("updated_at", "epoch_seconds", "Last change"),
        Column("last_seen_at", "epoch_seconds", "Last time in the product"),
    ),
    key=("id",),
    version="updated_at",
)
COMPANIES = RawTable(
    "companies",
    "One company that at least one contact belongs to.",
    (
        Column("id", "text", "Company"),
        Column("company_id", "text", "The product's own id of the company"),
        Column("name", "text", "Name"),
        Column("website", "text", "Web site"),
        Column("industry", "text", "Industry"),
        Column("size", "bigint", "Employees"),
        Column("plan_name", "text", "Plan, as the product says", path="plan.name"),
        Column("monthly_spend", "decimal", "Spend a month, as the product says"),
        Column("user_count", "bigint", "Contacts"),
        Column("created_at", "epoch_seconds", "Created"),
        Column("updated_at", "epoch_seconds", "Last change"),
    ),
    key=("id",),
    version="updated_at",
)
ADMINS = RawTable(
    "admins",
    "One teammate.",
    (
        Column("id", "text", "Admin"),
        Column("name", "text", "Name"),
        Column("email", "text", "Address"),
        Column("job_title", "text", "Job title"),
        Column("has_inbox_seat", "bool", "Works in the inbox"),
        Column("team_ids", "json", "Teams"),
    ),
    key=("id",),
)
TEAMS = RawTable(
    "teams",
    "One team of the inbox.",
    (
        Column("id", "text", "Team"),
        Column("name", "text", "Name"),
        Column("admin_ids", "json", "Members"),
    ),
    key=("id",),
)
CONVERSATIONS = RawTable(
    "conversations",
    "One conversation, without its parts.",
    (
        Column("id", "text", "Conversation"),
        Column("created_at", "epoch_seconds", "Begun", required=True),
        Column("updated_at", "epoch_seconds", "Last change"),
        Column("state", "text", "`open`, `closed` or `snoozed`", required=True),
        Column("priority", "text", "`priority` or `not_priority`"),
        Column("source_type", "text", "Channel of the first message", path="source.type"),
        Column("source_delivered_as", "text", "Who began it", path="source.delivered_as"),
        Column("source_author_type", "text", "Kind of author of the first message", path="source.author.type"),
        Column("source_author_id", "text", "Author of the first message", path="source.author.id"),
        Column("source_author_email", "text", "The author's address", path="source.author.email"),
        Column("source_author_name", "text", "The author's name", path="source.author.name"),
        Column("contact_id", "text", "First contact in it"),
        Column("admin_assignee_id", "text", "Admin it is assigned to"),
        Column("team_assignee_id", "text", "Team it is assigned to"),
        Column("rating", "bigint", "Rating from 1 (bad) to 5", path="conversation_rating.rating"),
        Column("rating_created_at", "epoch_seconds", "Rating asked for", path="conversation_rating.created_at"),
        Column("rating_updated_at", "epoch_seconds", "Rating last changed", path="conversation_rating.updated_at"),
        Column("sla_name", "text", "Service agreement applied", path="sla_applied.sla_name"),
        Column("sla_status", "text", "`hit`, `missed`, `cancelled`, `active`", path="sla_applied.sla_status"),
        Column(
            "first_contact_reply_at",
            "epoch_seconds",
            "First message of a contact",
            path="statistics.first_contact_reply_at",
        ),
        Column(
            "first_admin_reply_at",
            "epoch_seconds",
            "First answer to it by an admin",
            path="statistics.first_admin_reply_at",
        ),
        Column("last_close_at", "epoch_seconds", "Last closed", path="statistics.last_close_at"),
    ),
    key=("id",),
    version="updated_at",
)
PARTS = RawTable(
    "conversation_parts",
    "One message, note, assignment, change of state or service event in a conversation, its first message apart.",
    (
        Column("id", "text", "Part"),
        Column("conversation_id", "text", "Conversation", required=True),
        Column("part_type", "text", "What it is", required=True),
        Column("created_at", "epoch_seconds", "When", required=True),
        Column("updated_at", "epoch_seconds", "Last change"),
        Column("state", "text", "State of the conversation then"),
        Column("author_type", "text", "`user`, `lead`, `admin`, `team`, `bot` …", path="author.type"),
        Column("author_id", "text", "Author", path="author.id"),
        Column("author_email", "text", "The author's address", path="author.email"),
        Column("author_is_ai", "bool", "Written by an AI agent", path="author.from_ai_agent"),
        Column("assigned_to_type", "text", "`admin` or `team`, on an assignment", path="assigned_to.type"),
        Column("assigned_to_id", "text", "Whom it was assigned to", path="assigned_to.id"),
        Column("has_body", "bool", "Whether something was written"),
        Column("redacted", "bool", "Whether what was written was removed"),
        Column("sla_name", "text", "Service agreement of the event", path="event_details.sla_name"),
        Column("sla_target_type", "text", "Target that was missed", path="event_details.sla_target_type"),
        Column("sla_definition", "json", "Targets applied, in seconds", path="event_details.sla_definition"),
        Column("parts_total", "bigint", "Parts the conversation has, as Intercom says"),
    ),
    key=("id",),
    version="updated_at",
)
DELETED_CONVERSATIONS = RawTable(
    "deleted_conversations",
    "One conversation that was deleted, whether it had been read before or not.",
    (
        Column("id", "text", "Conversation"),
        Column("deleted_at", "epoch_seconds", "Deleted"),
        Column("metrics_retained", "bool", "Whether Intercom's reports still count it"),
    ),
    key=("id",),
)
ALL = (CONTACTS, COMPANIES, ADMINS, TEAMS, CONVERSATIONS, PARTS, DELETED_CONVERSATIONS)
