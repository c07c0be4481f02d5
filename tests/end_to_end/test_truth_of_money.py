"""What selling costs, who is credited for it and how safe the plan is, against the simulated company's own books."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from ingestion.sandbox import truth
from ingestion.sandbox.facts import unit_of
from ingestion.sandbox.truth.coverage import OUTCOMES
from tests.end_to_end.conftest import MARGIN, Company, naive
from tests.end_to_end.test_truth import agree, decimal, opportunity, quotient, shown


def test_what_winning_customers_cost(company: Company) -> None:
    """Every part of the cost, month by month, and the cost of each new customer."""
    new = Counter(
        dict(company.published.query("select month_date, count(*) from marts.fct_customer_acquisitions group by 1"))
    )
    costs = truth.acquisition_costs(company.facts)
    agree(
        company.published.query(
            "select month_date, sales_cost, marketing_cost, ad_spend, partner_commissions, expansion_cost, "
            "acquisition_cost, fully_loaded_cac from metrics.cac_monthly where ad_spend is not null"
        ),
        (
            (
                month, cost.sales if cost.is_booked else None, cost.marketing if cost.is_booked else None,
                cost.ad_spend, cost.commissions, cost.expansion, cost.total, quotient(cost.total, new[month]),
            )
            for month, cost in costs.items()
        ),
    )  # fmt: skip


def test_customers_are_new_in_the_month_they_first_paid(company: Company) -> None:
    agree(
        company.published.query(
            "select customer_id, acquired_on from marts.fct_customer_acquisitions where customer_id like 'stripe:%'"
        ),
        (
            (f"stripe:{row.customer_id}", row.acquired_on)
            for row in truth.lifetime_revenue(company.facts)
            if row.horizon is None
        ),
    )


def test_payback_follows_from_new_revenue_and_margin(company: Company) -> None:
    """Months until a new account's margin has brought back what it cost to win."""
    new_mrr: Counter[Any] = Counter()
    new_accounts: Counter[Any] = Counter()
    for row in truth.mrr_movements(shown(company.facts)):
        if row.new:
            new_mrr[row.month] += row.new
            new_accounts[row.month] += 1
    costs = truth.acquisition_costs(company.facts)
    published = company.published.query(
        "select month_date, new_customer_count, payback_months from metrics.cac_monthly "
        "where payback_months is not null"
    )
    assert len(published) > 12
    for month, new_customers, months in published:
        cost = costs[month].total
        assert cost is not None
        expected = Fraction(cost) / new_customers / (Fraction(new_mrr[month]) / new_accounts[month] * Fraction(MARGIN))
        assert abs(Fraction(months) / expected - 1) < Fraction(1, 10**5)


def test_what_a_customer_is_worth_by_the_formula(company: Company) -> None:
    """Its parts to the cent and to the head; the value within what rounding its three factors can do."""
    expected = {row.month: row for row in truth.customer_value(shown(company.facts))}
    published = company.published.query(
        "select month_date, mrr_of_six_months, customer_months, churned_customer_count, opening_customer_months, clv "
        "from metrics.clv_monthly"
    )
    agree(
        (tuple(parts) for *parts, _ in published),
        (
            (row.month, row.mrr, row.customer_months, row.churned, row.opening_customer_months)
            for row in expected.values()
        ),
    )
    assert any(clv is not None for *_, clv in published)
    for month, *_, clv in published:
        value = expected[month].value(MARGIN)
        assert (clv is None) == (value is None)
        assert value is None or abs(Fraction(clv) / value - 1) < Fraction(1, 10**4)


@pytest.mark.parametrize("dimension", ["acquisition_channel", "segment", "partner_role"])
def test_cost_by_dimension_adds_up_to_the_ledger(company: Company, dimension: str) -> None:
    agree(
        company.published.query(
            "select month_date, sum(direct_cost + shared_cost) from metrics.cac_by_dimension_monthly "
            "where dimension = ? and acquisition_cost is not null group by 1",
            dimension,
        ),
        (
            (month, cost.total)
            for month, cost in truth.acquisition_costs(company.facts).items()
            if cost.total is not None
        ),
    )


@pytest.mark.parametrize("model", ["time_decay", "markov"])
def test_who_earned_each_won_deal_by_fitted_weights(company: Company, model: str) -> None:
    """Half-lives, and removal effects of a chain that is run rather than solved.

    A contact deleted in Dynamics before the first run is not told any more; its touches lie on a path to nothing.
    """
    units = unit_of(company.facts)
    people = [
        replace(person, contact_created_at=None)
        if person.archived_at and units[person.company_id] == "polaris"
        else person
        for person in company.facts.people
    ]
    published = {
        tuple(row[:3]): row[3]
        for row in company.published.query(
            "select conversion_id, occurred_at, channel, credit from marts.fct_attribution_credits "
            "where conversion_type = 'opportunity_won' and attribution_model = ?",
            model,
        )
    }
    expected = {
        (
            opportunity(credit.crm, credit.deal_id),
            credit.touch and naive(credit.touch.at),
            credit.touch.channel if credit.touch else "unattributed",
        ): credit.share
        for credit in truth.credits_of_won_deals(replace(company.facts, people=people))
        if credit.model == model
    }
    assert published.keys() == expected.keys()
    assert expected
    assert [key for key, got in published.items() if abs(Fraction(got) - expected[key]) > Fraction(1, 10**6)] == []


def test_coverage_of_every_quarter_as_it_stood(company: Company) -> None:
    published = company.published.query(
        "select period_start_date, as_of_date, open_amount, booked_amount, quota_amount, coverage "
        "from metrics.pipeline_coverage where is_fiscal and dimension = 'total' and quota_amount is not null"
    )
    agree(
        published,
        (
            (
                row.quarter, row.looked, row.open_amount, row.booked_amount, row.quota_amount,
                None if row.coverage is None else decimal(row.coverage),
            )
            for row in truth.coverage(shown(company.facts), {(row[0], row[1]) for row in published})
        ),
    )  # fmt: skip


def test_quotas_of_quarters_make_those_of_years(company: Company) -> None:
    """Only years whose four quarters all have quotas."""
    quarters: dict[int, set[int]] = {}
    amounts: Counter[int] = Counter()
    for quota in company.facts.quotas:
        quarters.setdefault(quota.period_start.year, set()).add(quota.period_start.month)
        amounts[quota.period_start.year] += quota.amount
    agree(
        company.published.query(
            "select extract(year from period_start_date), quota_amount from marts.fct_quotas "
            "where dimension = 'total' and period_end_date > period_start_date + 300"
        ),
        ((year, Decimal(amounts[year]) / 100) for year, begun in quarters.items() if len(begun) == 4),
    )


def test_what_became_of_the_deals_due(company: Company) -> None:
    counts = ", ".join(f"{outcome}_count" for outcome in OUTCOMES)
    amounts = ", ".join(f"{outcome}_amount" for outcome in OUTCOMES)
    agree(
        company.published.query(
            f"select month_date, {counts}, {amounts}, push_count, pushed_days, slippage_rate "
            "from metrics.pipeline_slippage_monthly where dimension = 'total'"
        ),
        (
            (
                row.month, *(row.counts[name] for name in OUTCOMES), *(row.amounts[name] for name in OUTCOMES),
                row.push_count, row.pushed_days, quotient(row.counts["slipped"], row.counts.total()),
            )
            for row in truth.slippage(shown(company.facts))
        ),
    )  # fmt: skip
