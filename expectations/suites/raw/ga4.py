"""What a GA4 export may plausibly hold: days without gaps, sessions that are told, events that lie on their day."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import never, no_rows


def suite() -> dict[str, list[gxe.Expectation]]:
    """Table → expectations. Keys, accepted values and relationships are dbt's business."""
    return {
        "events": [
            no_rows(
                "No day between the first and the last is missing",
                "with days as (select distinct event_date from batch) select event_date from "
                "(select event_date, lag(event_date) over (order by event_date) as before from days) "
                "where event_date - before > 1",
                severity="warning",
            ),
            never(
                "Events lie on the day of their table, give or take a time zone",
                "event_at < event_date - interval 15 hour or event_at > event_date + interval 39 hour",
                "event_id",
                "warning",
            ),
            never("No event lies after the run that read it", "event_at > _extracted_at + interval 1 day", "event_id"),
            never(
                "Who denied consent has no identity here",
                "analytics_storage = 'No' and (user_id is not null or user_pseudo_id is not null)",
                "event_id",
            ),
            no_rows(
                "Nine in ten events of those who did not deny consent name their session",
                "select count(*) as events from batch where coalesce(analytics_storage, 'Yes') <> 'No' having "
                "count(*) >= 100 and count(*) filter (where user_pseudo_id is null or ga_session_id is null) * 10 "
                "> count(*)",
                severity="warning",
            ),
            never(
                "Page views have an address",
                "event_name = 'page_view' and page_location is null",
                "event_id",
                "warning",
            ),
            never("No value is negative", "is_key_event and value < 0", "event_id", "warning"),
            never("Values have a currency", "is_key_event and value <> 0 and currency is null", "event_id", "warning"),
            no_rows(
                "No device sends more than 5,000 events a day, as a monitor or a robot would",
                "select event_date, user_pseudo_id from batch where user_pseudo_id is not null "
                "group by all having count(*) > 5000",
                severity="warning",
            ),
        ],
    }
