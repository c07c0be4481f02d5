"""What each record adds to a metric adds up to the metric: publications are compared record by record."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import differ, known_sum, no_rows

METRICS = {
    "mrr": ("arr_monthly", "mrr"),
    "revenue": ("revenue_monthly", "revenue"),
    "open_pipeline": ("pipeline_waterfall", "closing"),
    "won_amount": ("win_rate_monthly", "won_amount"),
    "marketing_spend": ("marketing_spend_monthly", "cost"),
}
"""Where each metric with contributions is published."""


def suite() -> dict[str, list[gxe.Expectation]]:
    """Expectations by `schema.table`; all of them hold on empty tables."""
    return {
        "marts.fct_metric_contributions": [
            no_rows(
                f"The records behind {metric} add up to it, every month",
                "select coalesce(c.period_date, m.month_date) as month_date from ("
                f" select period_date, {known_sum('amount_reporting')} as amount"
                f" from batch where metric_name = '{metric}' group by 1"
                ") as c full join ("
                f" select month_date, {known_sum(column)} as amount from metrics.{table} group by 1"
                ") as m on c.period_date = m.month_date"
                f" where {differ('c.period_date', 'c.amount', 'm.month_date', 'm.amount')}",
            )
            for metric, (table, column) in METRICS.items()
        ]
    }
