"""The raw table of a GA4 export: one event, with the parameters that the models use as columns."""

from __future__ import annotations

from ingestion.tables import Column, RawTable

PARAMETERS = (
    Column("page_location", "text", "Address of the page, query and all"),
    Column("page_title", "text", "Its title"),
    Column("page_referrer", "text", "Where the page was reached from"),
    Column("ga_session_id", "bigint", "Start of the session in Unix seconds; unique only with user_pseudo_id"),
    Column("ga_session_number", "bigint", "How many-th session of the user"),
    Column("session_engaged", "text", "`1` once the session counts as engaged"),
    Column("engagement_time_msec", "bigint", "Milliseconds in the foreground since the event before"),
    Column("source", "text", "Campaign source of the event"),
    Column("medium", "text", "Campaign medium of the event"),
    Column("campaign", "text", "Campaign of the event"),
    Column("value", "decimal", "Worth of the event, in `currency`"),
    Column("currency", "text", "ISO 4217"),
    Column("transaction_id", "text", "Order that a purchase belongs to"),
)
"""Event parameters with a column of their own; the others are kept in `other_params`."""

FIELDS = {
    "event_timestamp": "BIGINT",
    "event_name": "VARCHAR",
    "event_params": "STRUCT(key VARCHAR, value STRUCT(string_value VARCHAR, int_value BIGINT, float_value DOUBLE, "
    "double_value DOUBLE))[]",
    "event_bundle_sequence_id": "BIGINT",
    "user_id": "VARCHAR",
    "user_pseudo_id": "VARCHAR",
    "privacy_info": "STRUCT(analytics_storage VARCHAR, ads_storage VARCHAR)",
    "user_properties": "JSON",
    "device": "STRUCT(category VARCHAR, operating_system VARCHAR, browser VARCHAR, web_info STRUCT(browser VARCHAR, "
    "hostname VARCHAR))",
    "geo": "STRUCT(country VARCHAR, region VARCHAR, city VARCHAR)",
    "platform": "VARCHAR",
    "stream_id": "VARCHAR",
    "collected_traffic_source": "STRUCT(manual_source VARCHAR, manual_medium VARCHAR, manual_campaign_name VARCHAR, "
    "gclid VARCHAR)",
    "session_traffic_source_last_click": "STRUCT(manual_campaign STRUCT(source VARCHAR, medium VARCHAR, "
    "campaign_name VARCHAR), cross_channel_campaign STRUCT(source VARCHAR, medium VARCHAR, campaign_name VARCHAR))",
    "ecommerce": "STRUCT(purchase_revenue DOUBLE, transaction_id VARCHAR)",
    "items": "JSON",
    "batch_page_id": "BIGINT",
    "batch_ordering_id": "BIGINT",
    "batch_event_index": "BIGINT",
}
"""The fields of an export that are read, typed as a JSON Lines file is to be understood. Parquet has its own types."""

REQUIRED = ("event_timestamp", "event_name", "event_params", "user_pseudo_id")
"""Fields without which a file is no GA4 export. The others came over the years and may be missing in older days."""

EVENTS = RawTable(
    "events",
    "One event. A day's events are replaced as a whole whenever the day is read again.",
    (
        Column("event_id", "text", "Day, hash of what tells events apart, and a number among equals: GA4 has no id"),
        Column("event_date", "date", "Day of the export table, in the property's time zone", required=True),
        Column("event_at", "timestamp", "When it happened", required=True),
        Column("event_name", "text", "What happened", required=True),
        Column("is_key_event", "bool", "Counts as a conversion, as the settings say"),
        Column("is_provisional", "bool", "From an intraday table, until the day's own table comes"),
        Column("user_pseudo_id", "text", "Browser or device; none where analytics storage was denied"),
        Column("user_id", "text", "Login; none where analytics storage was denied"),
        Column("analytics_storage", "text", "Consent: `Yes`, `No`, or none where the site does not ask"),
        Column("ads_storage", "text", "Consent to advertising cookies"),
        *PARAMETERS,
        Column("session_source", "text", "Last click's campaign source, of the session"),
        Column("session_medium", "text", "Last click's campaign medium, of the session"),
        Column("session_campaign", "text", "Last click's campaign, of the session"),
        Column("collected_source", "text", "Campaign source in the address"),
        Column("collected_medium", "text", "Campaign medium in the address"),
        Column("collected_campaign", "text", "Campaign in the address"),
        Column("has_gclid", "bool", "Came by a click on a Google ad"),
        Column("purchase_revenue", "decimal", "Revenue of a purchase, in `currency`"),
        Column("device_category", "text", "`desktop`, `mobile`, `tablet`, `smart tv`"),
        Column("operating_system", "text", "Name"),
        Column("browser", "text", "Name"),
        Column("country", "text", "Name, in English"),
        Column("hostname", "text", "Host of the page"),
        Column("platform", "text", "`WEB`, `ANDROID`, `IOS`"),
        Column("stream_id", "text", "Data stream"),
        Column("other_params", "json", "Event parameters without a column: {name: value}"),
        Column("user_properties", "json", "As exported; none where analytics storage was denied"),
        Column("items", "json", "Goods of an e-commerce event, as exported"),
    ),
    key=("event_id",),
    partition="event_date",
)
