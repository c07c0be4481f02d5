"""What Matomo may plausibly hold: visits that end after they begin, known visitors, goals that say which."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import no_rows


def suite() -> dict[str, list[gxe.Expectation]]:
    """Table → expectations. Keys, accepted values and relationships are dbt's business."""
    return {
        "visits": [
            no_rows(
                "No visit ends before it begins",
                "select id_visit from batch where last_action_timestamp < first_action_timestamp or visit_duration < 0",
            ),
            no_rows(
                "No visit lies after the run that read it",
                "select id_visit from batch where server_timestamp > _extracted_at + interval 1 day",
            ),
            no_rows(
                "Visitors are sixteen hexadecimal digits",
                "select id_visit from batch where not regexp_full_match(visitor_id, '[0-9a-f]{16}')",
                severity="warning",
            ),
            no_rows(
                "Visits last less than a day",
                "select id_visit from batch where visit_duration >= 86400",
                severity="warning",
            ),
            no_rows(
                "Countries are two letters",
                "select id_visit from batch where not regexp_full_match(country_code, '[a-zA-Z]{2}')",
                severity="warning",
            ),
            no_rows(
                "The way visitors came is one that the journey knows",
                "select id_visit, referrer_type from batch where referrer_type not in ('direct', 'search', "
                "'website', 'campaign', 'social')",
                severity="warning",
            ),
            no_rows(
                "No visitor makes more than 500 visits on one day, as a monitor or a robot would",
                "select visitor_id, server_date from batch group by visitor_id, server_date having count(*) > 500",
                severity="warning",
            ),
        ],
        "actions": [
            no_rows(
                "A goal says which one it is",
                "select id_visit, action_key from batch where type = 'goal' and goal_id is null",
            ),
            no_rows(
                "No revenue is negative",
                "select id_visit, action_key from batch where revenue < 0",
            ),
            no_rows(
                "No action lies after the run that read it",
                "select id_visit, action_key from batch where timestamp > _extracted_at + interval 1 day",
            ),
            no_rows(
                "A page view has an address",
                "select id_visit, action_key from batch where type = 'action' and coalesce(url, '') not like 'http%'",
                severity="warning",
            ),
        ],
    }
