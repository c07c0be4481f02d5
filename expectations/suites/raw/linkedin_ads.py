"""What LinkedIn Ads may plausibly report: known accounts, no negative counts, no days to come."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import no_rows


def suite() -> dict[str, list[gxe.Expectation]]:
    """Table → expectations. Keys, accepted values and relationships are dbt's business."""
    return {
        "ad_accounts": [
            no_rows(
                "Currencies are three capital letters",
                "select id, currency from batch where not regexp_full_match(currency, '[A-Z]{3}')",
            ),
        ],
        "campaigns": [
            no_rows(
                "Every campaign belongs to an account",
                "select id from batch where account_id is null",
            ),
            no_rows(
                "No campaign ends before it starts",
                "select id from batch where ended_at < started_at",
            ),
        ],
        "campaign_days": [
            no_rows(
                "Cost and counts are not negative",
                "select campaign_id, date from batch where cost < 0 or impressions < 0 or clicks < 0 or "
                "external_website_conversions < 0 or one_click_leads < 0",
            ),
            no_rows(
                "No day lies after the day it was read",
                "select campaign_id, date from batch where date > cast(_extracted_at as date) + 1",
            ),
            no_rows(
                "Money was spent only where ads were shown",
                "select campaign_id, date from batch where cost > 0 and coalesce(impressions, 0) = 0",
                severity="warning",
            ),
            no_rows(
                "No campaign has days in two accounts",
                "select campaign_id from batch group by campaign_id having count(distinct account_id) > 1",
            ),
        ],
    }
