"""Matomo: visits and what happened in them, from the visits log (`Live.getLastVisitsDetails`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from ingestion.source import Page, SourceSettings, Stream, StreamContext
from ingestion.sources.matomo.log import VisitsLog, action_records
from ingestion.sources.matomo.settings import Settings
from ingestion.tables import Column, RawTable

__all__ = ["Settings", "check", "streams", "tables"]

VISITS = RawTable(
    "visits",
    "One visit. Its record is complete but for actionDetails, which is the table actions.",
    (
        Column("id_visit", "text", "Visit", path="idVisit"),
        Column("id_site", "text", "Web site", path="idSite", required=True),
        Column("visitor_id", "text", "Browser or device (16 hex digits)", path="visitorId", required=True),
        Column("user_id", "text", "Login the tracker was told, often an e-mail address", path="userId"),
        Column("server_date", "date", "Day of the visit in the site's time zone", path="serverDate"),
        Column("server_timestamp", "epoch_seconds", "Time of the last action", path="serverTimestamp", required=True),
        Column("first_action_timestamp", "epoch_seconds", "Time of the first action", path="firstActionTimestamp"),
        Column("last_action_timestamp", "epoch_seconds", "Time of the last action", path="lastActionTimestamp"),
        Column("visit_duration", "bigint", "Seconds from first to last action", path="visitDuration"),
        Column("referrer_type", "text", "`direct`, `search`, `website`, `campaign`, `social`", path="referrerType"),
        Column("referrer_name", "text", "Search engine, site, network or campaign", path="referrerName"),
        Column("referrer_url", "text", "Page they came from", path="referrerUrl"),
        Column("campaign_name", "text", "utm_campaign", path="campaignName"),
        Column("campaign_source", "text", "utm_source", path="campaignSource"),
        Column("campaign_medium", "text", "utm_medium", path="campaignMedium"),
        Column("device_type", "text", "Such as `Desktop`", path="deviceType"),
        Column("browser_name", "text", "Browser", path="browserName"),
        Column("country_code", "text", "ISO 3166 alpha-2 in lower case, `xx` if unknown", path="countryCode"),
    ),
    key=("id_visit",),
)
ACTIONS = RawTable(
    "actions",
    "One thing done in a visit: a page view (`action`), a `goal`, a `download`, an `outlink`, an `event` …",
    (
        Column("id_visit", "text", "Visit", path="idVisit"),
        Column("action_key", "text", "Made by the connector: pageId of a page view, else type, goal, time and ordinal"),
        Column("position", "bigint", "Place in the visit, from 0", required=True),
        Column("type", "text", "What was done", required=True),
        Column("timestamp", "epoch_seconds", "When", required=True),
        Column("url", "text", "Page"),
        Column("page_title", "text", "Title of the page", path="pageTitle"),
        Column("goal_id", "text", "Goal reached", path="goalId"),
        Column("goal_name", "text", "Its name", path="goalName"),
        Column("revenue", "decimal", "Revenue of the goal in the site's currency"),
        Column("site_currency", "text", "The site's currency (ISO 4217)", path="siteCurrency"),
    ),
    key=("id_visit", "action_key"),
)


def tables(settings: SourceSettings | None) -> tuple[RawTable, ...]:
    """The two raw tables, whatever the settings."""
    return VISITS, ACTIONS


def streams(settings: SourceSettings) -> tuple[Stream, ...]:
    """Visits and actions, which come out of the same requests."""
    log = VisitsLog(cast(Settings, settings))

    def visits(context: StreamContext) -> Iterator[Page]:
        for page in log.pages(context):
            yield [{name: value for name, value in visit.items() if name != "actionDetails"} for visit in page]

    def actions(context: StreamContext) -> Iterator[Page]:
        for page in log.pages(context):
            yield [action for visit in page for action in action_records(visit)]

    return Stream(VISITS, visits), Stream(ACTIONS, actions)


def check(settings: SourceSettings) -> str:
    """Ask for the version and the sites the token may view."""
    log = VisitsLog(cast(Settings, settings))
    version = log.call("API.getMatomoVersion")
    sites = ", ".join(log.site_ids())
    return f"Matomo {version.get('value', '')}: sites {sites or 'none'}"
