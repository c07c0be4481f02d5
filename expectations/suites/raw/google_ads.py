"""What Google Ads may plausibly report: one currency for each account, no negative counts, no days to come."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import no_rows


def suite() -> dict[str, list[gxe.Expectation]]:
    """Table → expectations. Keys, accepted values and relationships are dbt's business."""
    return {
        "campaigns": [
            no_rows(
                "Account numbers are ten digits",
                "select customer_id, campaign_id from batch where not regexp_full_match(customer_id, '[0-9]{10}')",
            ),
            no_rows(
                "No campaign ends before it starts",
                "select customer_id, campaign_id from batch where end_date < start_date",
            ),
        ],
        "campaign_days": [
            no_rows(
                "Cost and counts are not negative",
                "select customer_id, campaign_id, date from batch where cost_micros < 0 or impressions < 0 or "
                "clicks < 0 or conversions < 0",
            ),
            no_rows(
                "Currencies are three capital letters",
                "select customer_id, campaign_id, date from batch where not regexp_full_match(currency_code, "
                "'[A-Z]{3}')",
            ),
            no_rows(
                "An account is billed in one currency",
                "select customer_id from batch group by customer_id having count(distinct currency_code) > 1",
            ),
            no_rows(
                "No day lies after the day it was read",
                "select customer_id, campaign_id, date from batch where date > cast(_extracted_at as date) + 1",
            ),
            no_rows(
                "Money was spent only where ads were shown",
                "select customer_id, campaign_id, date from batch where cost_micros > 0 and "
                "coalesce(impressions, 0) = 0",
                severity="warning",
            ),
            no_rows(
                "No click costs more than 1,000 units of the currency",
                "select customer_id, campaign_id, date from batch where clicks > 0 and cost_micros > clicks * "
                "1000000000 and currency_code not in ('JPY', 'KRW', 'VND', 'IDR', 'CLP', 'HUF')",
                severity="warning",
            ),
        ],
    }
