"""The raw tables of LinkedIn Ads."""

from __future__ import annotations

from ingestion.tables import Column, RawTable

_CHANGED = (
    Column("created_at", "epoch_millis", "Created", path="changeAuditStamps.created.time"),
    Column("last_modified_at", "epoch_millis", "Last change", path="changeAuditStamps.lastModified.time"),
)
ACCOUNTS = RawTable(
    "ad_accounts",
    "One ad account that was read.",
    (
        Column("id", "text", "Account"),
        Column("name", "text", "Name"),
        Column("currency", "text", "Currency of all its spend (ISO 4217)", required=True),
        Column("status", "text", "`ACTIVE`, `CANCELED`, `DRAFT`, `PENDING_DELETION`, `REMOVED`"),
        Column("type", "text", "`BUSINESS` or `ENTERPRISE`"),
        *_CHANGED,
    ),
    key=("id",),
    version="last_modified_at",
)
CAMPAIGN_GROUPS = RawTable(
    "campaign_groups",
    "One group of campaigns.",
    (
        Column("id", "text", "Campaign group"),
        Column("account_id", "text", "Account"),
        Column("name", "text", "Name"),
        Column("status", "text", "State"),
        *_CHANGED,
    ),
    key=("id",),
    version="last_modified_at",
)
CAMPAIGNS = RawTable(
    "campaigns",
    "One campaign, removed and archived ones included.",
    (
        Column("id", "text", "Campaign"),
        Column("account_id", "text", "Account"),
        Column("campaign_group_id", "text", "Campaign group"),
        Column("name", "text", "Name"),
        Column("status", "text", "State"),
        Column("type", "text", "`TEXT_AD`, `SPONSORED_UPDATES`, `SPONSORED_INMAILS`, `DYNAMIC`, `EVENT_AD`"),
        Column("objective_type", "text", "What it is for, such as `LEAD_GENERATION`", path="objectiveType"),
        Column("format", "text", "Kind of ad"),
        Column("started_at", "epoch_millis", "First moment it may run", path="runSchedule.start"),
        Column("ended_at", "epoch_millis", "Moment it ends; NULL means none", path="runSchedule.end"),
        *_CHANGED,
    ),
    key=("id",),
    version="last_modified_at",
)
CAMPAIGN_DAYS = RawTable(
    "campaign_days",
    "What a campaign cost and brought on a day, as LinkedIn reports it now.",
    (
        Column("campaign_id", "text", "Campaign"),
        Column("date", "date", "Day (UTC)"),
        Column("account_id", "text", "Account"),
        Column("cost", "decimal", "Cost in the account's currency, to a billionth", required=True),
        Column("impressions", "bigint", "Times shown; messages sent for message ads"),
        Column("clicks", "bigint", "Clicks that were charged"),
        Column(
            "external_website_conversions",
            "bigint",
            "Conversions on the advertiser's site, as attributed now",
            path="externalWebsiteConversions",
        ),
        Column("one_click_leads", "bigint", "Lead forms sent in", path="oneClickLeads"),
        Column("conversion_value", "decimal", "Value of the conversions in the account's currency"),
    ),
    key=("campaign_id", "date"),
)
TRACKING_PARAMETERS = RawTable(
    "tracking_parameters",
    "What a campaign appends to the addresses of its links.",
    (
        Column("campaign_id", "text", "Campaign"),
        Column("custom_values", "json", "Parameter → fixed value", path="customValueParameters"),
        Column("dynamic_values", "json", "Parameter → what it is filled with", path="dynamicValueParameters"),
    ),
    key=("campaign_id",),
)
ALL = (ACCOUNTS, CAMPAIGN_GROUPS, CAMPAIGNS, CAMPAIGN_DAYS, TRACKING_PARAMETERS)
