"""Conservation laws of retention: each window and each cohort adds up to the recurring revenue it is a view of."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import never, no_rows

PARTS = [
    window + part
    for window in ("", "trailing_year_")
    for part in (
        "opening_customer_count", "retained_customer_count", "opening_mrr", "retained_mrr", "closing_mrr",
        "reactivated_mrr",
    )
]  # fmt: skip


def suite() -> dict[str, list[gxe.Expectation]]:
    """Expectations by `schema.table`; all of them hold on empty tables."""
    return {
        "metrics.retention_monthly": [
            no_rows(
                "What opens a month of retention is the opening MRR and customers, exchange effect included",
                "select r.month_date from batch as r inner join metrics.arr_monthly as a on r.month_date = a.month_date"
                " where r.opening_mrr <> a.opening_mrr + a.fx_mrr"
                " or r.opening_customer_count <> a.opening_customer_count"
                " or r.retained_customer_count <> ("
                "  select count(*) from marts.fct_mrr_movements as m where m.month_date = a.month_date"
                "  and m.was_paying and m.is_paying and m.movement not in ('new', 'reactivation'))",
            ),
            no_rows(
                "What a month's cohort pays at its end is MRR less what is new or reactivated",
                "select r.month_date from batch as r inner join metrics.arr_monthly as a on r.month_date = a.month_date"
                " where r.closing_mrr + a.new_mrr + a.reactivation_mrr <> a.mrr + ("
                "  select sum(m.churn) from marts.fct_mrr_movements as m"
                "  where m.month_date = a.month_date and m.movement in ('new', 'reactivation'))",
            ),
            never(
                "Gross retention never exceeds one, nor net retention what it is with reactivation",
                "retained_mrr > opening_mrr or trailing_year_retained_mrr > trailing_year_opening_mrr"
                " or reactivated_mrr < 0 or trailing_year_reactivated_mrr < 0",
                "month_date",
            ),
        ],
        "metrics.retention_by_dimension_monthly": [
            no_rows(
                "Every dimension of retention adds up to the company's, for both windows",
                "select a.month_date, d.dimension from metrics.retention_monthly as a inner join ("
                " select month_date, dimension, "
                + ", ".join(f"sum({part}) as {part}" for part in PARTS)
                + " from batch group by 1, 2) as d on a.month_date = d.month_date where "
                + " or ".join(f"d.{part} <> a.{part}" for part in PARTS),
            ),
        ],
        "metrics.retention_cohorts_monthly": [
            no_rows(
                "The cohorts of a month add up to the company's MRR and customers, however they are split",
                "select a.month_date, c.dimension from metrics.arr_monthly as a inner join ("
                " select month_date, dimension, sum(mrr) as mrr, sum(customer_count) as customer_count"
                " from batch group by 1, 2"
                ") as c on a.month_date = c.month_date where a.mrr <> c.mrr or a.customer_count <> c.customer_count",
            ),
            never(
                "No more customers of a cohort pay than belong to it",
                "customer_count > cohort_customer_count",
                "cohort_month_date, dimension_value, month_date",
            ),
        ],
    }
