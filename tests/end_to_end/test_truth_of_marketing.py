"""What the platforms billed and what growth cost, against the simulated company's own books."""

from __future__ import annotations

from ingestion.sandbox import truth
from tests.end_to_end.conftest import Company
from tests.end_to_end.test_truth import agree, decimal, shown
from tests.end_to_end.test_truth_of_money import quotient


def test_spend_of_every_month_and_channel(known: Company) -> None:
    agree(
        known.published.query(
            "select month_date, channel, cost, impressions, clicks, platform_conversions, cost_per_click, "
            "cost_per_platform_conversion from metrics.marketing_spend_monthly"
        ),
        (
            (
                row.month, row.channel, row.cost, row.impressions, row.clicks, row.conversions,
                quotient(row.cost, row.clicks), quotient(row.cost, row.conversions),
            )
            for row in truth.ad_spend(known.facts)
        ),
    )  # fmt: skip


def test_magic_number_of_every_quarter(company: Company) -> None:
    """A quarter in which recurring revenue began late has no growth of all its months to set against cost."""
    agree(
        company.published.query(
            "select quarter_start_date, net_new_arr, sales_and_marketing_cost, previous_quarter_cost, magic_number "
            "from metrics.sales_efficiency_quarterly where net_new_arr is not null"
        ),
        (
            (row.first_month, row.net_new_arr, row.cost, row.previous_cost, decimal(row.magic_number))
            for row in truth.efficiency(shown(company.facts))
        ),
    )
