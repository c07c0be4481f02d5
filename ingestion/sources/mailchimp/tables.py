"""The raw tables of Mailchimp."""

from __future__ import annotations

from ingestion.tables import Column, RawTable

LISTS = RawTable(
    "lists",
    "One audience.",
    (
        Column("id", "text", "Audience"),
        Column("name", "text", "Name"),
        Column("date_created", "timestamp", "Created"),
        Column("member_count", "bigint", "Subscribed members as Mailchimp counts them", path="stats.member_count"),
    ),
    key=("id",),
)
MEMBERS = RawTable(
    "members",
    "One address in an audience; the id is the MD5 of the lower-case address.",
    (
        Column("list_id", "text", "Audience"),
        Column("id", "text", "Member within the audience"),
        Column("email_address", "text", "Address", required=True),
        Column("status", "text", "`subscribed`, `unsubscribed`, `cleaned`, `pending`, `transactional`, `archived`"),
        Column("first_name", "text", "Merge field FNAME", path="merge_fields.FNAME"),
        Column("last_name", "text", "Merge field LNAME", path="merge_fields.LNAME"),
        Column("timestamp_signup", "timestamp", "Signed up, before any confirmation"),
        Column("timestamp_opt", "timestamp", "Confirmed, or added"),
        Column("last_changed", "timestamp", "Last change"),
    ),
    key=("list_id", "id"),
    version="last_changed",
)
CAMPAIGNS = RawTable(
    "campaigns",
    "One mailing, drafts included.",
    (
        Column("id", "text", "Campaign"),
        Column("type", "text", "Kind of mailing"),
        Column("status", "text", "`save`, `schedule`, `sending`, `sent` …"),
        Column("create_time", "timestamp", "Created"),
        Column("send_time", "timestamp", "Sent, or scheduled for"),
        Column("list_id", "text", "Audience", path="recipients.list_id"),
        Column("title", "text", "Name within Mailchimp", path="settings.title"),
        Column("subject_line", "text", "Subject", path="settings.subject_line"),
        Column("google_analytics", "text", "The utm_campaign its links carry", path="tracking.google_analytics"),
        Column("emails_sent", "bigint", "Mails sent"),
    ),
    key=("id",),
)
SENT_TO = RawTable(
    "sent_to",
    "One recipient of a mailing.",
    (
        Column("campaign_id", "text", "Campaign"),
        Column("email_id", "text", "Recipient: MD5 of the lower-case address"),
        Column("email_address", "text", "Address", required=True),
        Column("list_id", "text", "Audience"),
        Column("status", "text", "`sent`, `hard` or `soft` (bounce)"),
    ),
    key=("campaign_id", "email_id"),
)
EMAIL_ACTIVITY = RawTable(
    "email_activity",
    "One open, click or bounce of a recipient.",
    (
        Column("campaign_id", "text", "Campaign"),
        Column("email_id", "text", "Recipient: MD5 of the lower-case address"),
        Column("activity_key", "text", "Made by the connector: action, time and an ordinal among equals"),
        Column("email_address", "text", "Address", required=True),
        Column("action", "text", "`open`, `click`, `bounce`", required=True),
        Column("type", "text", "`hard` or `soft`, on a bounce"),
        Column("timestamp", "timestamp", "When", required=True),
        Column("url", "text", "Link clicked"),
    ),
    key=("campaign_id", "email_id", "activity_key"),
)
UNSUBSCRIBES = RawTable(
    "unsubscribes",
    "One recipient who unsubscribed through a mailing.",
    (
        Column("campaign_id", "text", "Campaign"),
        Column("email_id", "text", "Recipient: MD5 of the lower-case address"),
        Column("email_address", "text", "Address", required=True),
        Column("timestamp", "timestamp", "When", required=True),
        Column("reason", "text", "Reason chosen"),
    ),
    key=("campaign_id", "email_id"),
)
ALL = (LISTS, MEMBERS, CAMPAIGNS, SENT_TO, EMAIL_ACTIVITY, UNSUBSCRIBES)
