"""Conservation laws of earned revenue: no cent is lost between a bill, its lines, their days and the months."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import differ, known_sum, never, no_rows


def suite() -> dict[str, list[gxe.Expectation]]:
    """Expectations by `schema.table`; all of them hold on empty tables."""
    return {
        "marts.fct_revenue_items": [
            no_rows(
                "The items of each event add up to it, in both currencies",
                "select coalesce(i.record_id, e.record_id) as record_id from ("
                " select case when item_type like 'invoice%' then 'invoice' else item_type end as kind,"
                " coalesce(l.invoice_id, b.record_id) as record_id, sum(b.net_amount) as amount,"
                f" {known_sum('net_amount_reporting')} as reporting from batch as b"
                " left join canonical.invoice_lines as l"
                " on b.record_id = l.invoice_line_id and b.item_type = 'invoice_line'"
                " group by 1, 2) as i full join marts.fct_revenue_events as e"
                " on i.kind = e.event_type and i.record_id = e.record_id"
                f" where {differ('i.record_id', 'i.amount', 'e.record_id', 'e.net_amount')}"
                f" or {differ('i.record_id', 'i.reporting', 'e.record_id', 'e.net_amount_reporting')}",
            ),
            never("A service lasts at least a day", "service_days < 1", "item_type, record_id"),
        ],
        "marts.fct_recognised_revenue": [
            no_rows(
                "The days of an item that is served to its end add up to it, to the cent",
                "select i.item_type, i.record_id from marts.fct_revenue_items as i inner join ("
                " select item_type, record_id, sum(days_earned) as days, sum(recognised_amount) as amount,"
                f" {known_sum('recognised_amount_reporting')} as reporting from batch group by 1, 2"
                ") as r on i.item_type = r.item_type and i.record_id = r.record_id where r.days = i.service_days"
                " and (r.amount <> i.net_amount or r.reporting is distinct from i.net_amount_reporting)",
            ),
            no_rows(
                "No item earns more days than it is served",
                "select i.item_type, i.record_id from marts.fct_revenue_items as i inner join ("
                " select item_type, record_id, sum(days_earned) as days, min(days_earned) as fewest from batch"
                " group by 1, 2"
                ") as r on i.item_type = r.item_type and i.record_id = r.record_id"
                " where r.days > i.service_days or r.fewest < 0",
            ),
        ],
        "metrics.recognised_revenue_monthly": [
            no_rows(
                "Opening deferred plus booked less recognised is closing deferred, and opens the next month",
                "select month_date from (select *, lag(closing_deferred, 1, 0) over (order by month_date) as before"
                " from batch) as walked"
                " where opening_deferred + booked_revenue - recognised_revenue <> closing_deferred"
                " or opening_deferred <> before",
            ),
            no_rows(
                "What is booked in a month is its revenue",
                "select r.month_date from batch as r inner join metrics.revenue_monthly as m"
                " on r.month_date = m.month_date where r.booked_revenue is distinct from m.revenue",
            ),
        ],
        "metrics.revenue_by_dimension_monthly": [
            no_rows(
                "Every dimension of revenue adds up to the company's, booked and recognised",
                "select r.month_date, d.dimension from metrics.recognised_revenue_monthly as r inner join ("
                " select month_date, dimension, sum(revenue) as revenue, sum(recognised_revenue) as recognised"
                " from batch group by 1, 2"
                ") as d on r.month_date = d.month_date"
                " where d.revenue <> r.booked_revenue or d.recognised <> r.recognised_revenue",
            ),
        ],
        "metrics.revenue_growth_monthly": [
            never(
                "No growth is computed into a running month",
                "not is_complete and coalesce(month_over_month_growth_constant_currency,"
                " year_over_year_growth_constant_currency, compound_monthly_growth_3, compound_monthly_growth_6,"
                " compound_monthly_growth_12) is not null",
                "month_date",
            ),
        ],
    }
