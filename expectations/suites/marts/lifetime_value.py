"""Conservation laws of customer value and cost: nothing earned or spent is counted twice or left out."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import UNRATED, differ, known_sum, never, no_rows


def suite() -> dict[str, list[gxe.Expectation]]:
    """Expectations by `schema.table`; all of them hold on empty tables."""
    return {
        "marts.fct_customer_lifetime_revenue": [
            no_rows(
                "What a customer has brought to date is all that was earned from it",
                "select b.customer_id from batch as b left join ("
                f" select customer_id, {known_sum('recognised_amount_reporting')} as earned"
                " from marts.fct_recognised_revenue group by 1"
                ") as r on b.customer_id = r.customer_id where b.horizon = 'to_date'"
                f" and {differ('b.customer_id', 'b.revenue', 'r.customer_id', 'r.earned')}",
            ),
        ],
        "metrics.clv_realised_by_cohort": [
            no_rows(
                "Segments and channels of a cohort add up to it, to date",
                "select cohort_month_date from ("
                " select cohort_month_date, dimension, sum(customer_count) as customers, sum(revenue) as revenue"
                " from batch where horizon = 'to_date' group by 1, 2"
                ") as d group by 1 having min(customers) <> max(customers) or min(revenue) <> max(revenue)",
            ),
        ],
        "metrics.clv_predicted": [
            never(
                "A prediction is possible: a chance is between none and certain, a number of purchases not below none",
                "probability_alive < 0 or probability_alive > 1 or expected_purchases < 0 or expected_amount < 0",
                "customer_id",
            ),
        ],
        "marts.fct_acquisition_costs": [
            never(
                "Every currency that sales and marketing spend in has an exchange rate" + UNRATED,
                "cost is null",
                "month_date, cost_type",
                "warning",
            ),
        ],
        "metrics.cac_monthly": [
            no_rows(
                "Every customer is new in one month, and all of them are counted",
                "select month_date from ("
                " select sum(new_customer_count) as counted, min(month_date) as month_date from batch"
                ") as c where counted <> (select count(*) from marts.fct_customer_acquisitions)",
            ),
        ],
        "metrics.cac_by_dimension_monthly": [
            no_rows(
                "Every dimension of acquisition cost adds up to the company's, and so do the customers won",
                "select c.month_date, d.dimension from metrics.cac_monthly as c inner join ("
                f" select month_date, dimension, {known_sum('acquisition_cost')} as cost,"
                f" {known_sum('ad_spend')} as ad_spend, sum(new_customer_count) as customers,"
                " sum(paid_customer_count) as paid from batch group by 1, 2"
                ") as d on c.month_date = d.month_date"
                " where d.cost <> c.acquisition_cost or d.ad_spend <> c.ad_spend"
                " or d.customers <> c.new_customer_count or d.paid <> c.paid_customer_count",
            ),
        ],
    }
