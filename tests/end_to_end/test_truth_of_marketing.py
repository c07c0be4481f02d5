"""What the platforms billed, who became a lead and what growth cost, against the simulated company's own books."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from ingestion.sandbox import truth
from tests.end_to_end.conftest import Company, naive
from tests.end_to_end.test_journeys import identities, remembered
from tests.end_to_end.test_truth import agree, decimal, quotient, shown


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


def test_when_each_lead_became_known_and_was_qualified(known: Company) -> None:
    agree(
        known.published.query(
            "select person_id, became_known_at, marketing_qualified_at, sales_qualified_at from marts.fct_leads"
        ),
        (
            (
                lead.person, naive(lead.known_at),
                *(at and naive(at) for at in (lead.marketing_qualified_at, lead.sales_qualified_at)),
            )
            for lead in truth.leads(remembered(known.facts), identities(known))
        ),
    )  # fmt: skip


def test_what_a_lead_cost_in_every_month(known: Company) -> None:
    """Spend of the month by the leads, the marketing-qualified and the sales-qualified of that month."""

    def months(moments: list[datetime | None]) -> Counter[date]:
        return Counter(at.date().replace(day=1) for at in moments if at is not None)

    leads = truth.leads(remembered(known.facts), identities(known))
    counts = (
        months([lead.known_at for lead in leads]),
        months([lead.marketing_qualified_at for lead in leads]),
        months([lead.sales_qualified_at for lead in leads]),
    )
    spend: Counter[date] = Counter()
    for row in truth.ad_spend(known.facts):
        spend[row.month] += row.cost
    agree(
        known.published.query(
            "select month_date, spend, lead_count, marketing_qualified_count, sales_qualified_count, cost_per_lead, "
            "cost_per_marketing_qualified_lead, cost_per_sales_qualified_lead from metrics.marketing_return_monthly "
            "where dimension = 'total' and spend > 0"
        ),
        (
            (
                month, cost, *(count[month] for count in counts),
                *(quotient(cost, count[month]) for count in counts),
            )
            for month, cost in spend.items()
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
