"""Conservation laws of the pipeline: every day and every month, what was there, what came and what went add up."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import UNRATED, no_rows


def suite() -> dict[str, list[gxe.Expectation]]:
    """Expectations by `schema.table`; all of them hold on empty tables."""
    return {
        "marts.fct_opportunity_history": [
            no_rows(
                "Every currency deals are made in has an exchange rate for the year they were created in" + UNRATED,
                "select opportunity_id, valid_from from batch where amount is not null and reporting_rate is null",
                "warning",
            ),
            no_rows(
                "A deal's stretches follow each other without gap or overlap",
                "select opportunity_id, valid_from from ("
                " select opportunity_id, valid_from, valid_to,"
                " lead(valid_from) over (partition by opportunity_id order by valid_from) as next_from from batch"
                ") as walked where valid_to is distinct from next_from or valid_to <= valid_from",
            ),
            no_rows(
                "The last stretch of a living deal says the same as the deal itself: open, won or lost, and its amount",
                "select h.opportunity_id, h.valid_from from batch as h"
                " inner join marts.fct_opportunities as o on h.opportunity_id = o.opportunity_id"
                " where h.valid_to is null and (h.amount is distinct from o.amount"
                " or h.state <> case when o.is_won then 'won' when o.is_closed then 'lost' else 'open' end)",
                "warning",
            ),
            no_rows(
                "Every deal that says when it was created or closed has a history",
                "select o.opportunity_id from marts.fct_opportunities as o"
                " left join batch as h on o.opportunity_id = h.opportunity_id"
                " where h.opportunity_id is null and coalesce(o.created_at, o.closed_at) is not null",
            ),
            no_rows(
                "Every deal has a date: one without cannot be placed in the pipeline of any day",
                "select o.opportunity_id from marts.fct_opportunities as o"
                " left join batch as h on o.opportunity_id = h.opportunity_id where h.opportunity_id is null",
                "warning",
            ),
        ],
        "marts.fct_pipeline_daily": [
            no_rows(
                "An open deal has a row every day: it was closed or removed in any day without one",
                "select g.opportunity_id, g.date_day from ("
                " select opportunity_id, date_day,"
                " lead(date_day) over (partition by opportunity_id order by date_day) as next_day from batch"
                ") as g where g.next_day > g.date_day + interval '1' day and not exists ("
                " select 1 from marts.fct_opportunity_history as h where h.opportunity_id = g.opportunity_id"
                " and h.state <> 'open' and h.valid_from < g.next_day + interval '1' day and h.valid_to > g.date_day)",
            ),
            no_rows(
                "A deal that is open now has a row on the last day",
                "select o.opportunity_id from marts.fct_opportunity_history as o left join batch as d"
                " on o.opportunity_id = d.opportunity_id and d.date_day = (select max(date_day) from marts.dim_dates"
                " where has_begun) where o.state = 'open' and o.valid_to is null and d.opportunity_id is null"
                " and o.valid_from < (select max(snapshot_end_at) from marts.dim_dates)",
            ),
        ],
        "metrics.pipeline_waterfall": [
            no_rows(
                "Opening plus what came less what went equals closing, every month, to the cent",
                "select month_date from batch where"
                " opening + created + reopened + increased - decreased - won - lost - removed <> closing",
            ),
            no_rows(
                "A month opens with what the month before closed with",
                "select month_date from (select month_date, opening,"
                " lag(closing, 1, 0) over (order by month_date) as previous_closing from batch) as walked"
                " where opening <> previous_closing",
            ),
            no_rows(
                "The daily pipeline on a month's last day adds up to the month's closing",
                "select w.month_date from batch as w left join ("
                " select m.month_date, sum(coalesce(d.amount_reporting, 0)) as amount"
                " from marts.fct_pipeline_daily as d"
                " inner join marts.dim_dates as days on d.date_day = days.date_day"
                " inner join marts.dim_months as m on days.snapshot_end_at = m.snapshot_end_at group by 1"
                ") as d on w.month_date = d.month_date where w.closing <> coalesce(d.amount, 0)",
            ),
        ],
        "metrics.pipeline_waterfall_by_close_month": [
            no_rows(
                "Opening plus what came less what went equals closing, for the deals due in each month",
                "select month_date from batch where opening + created + reopened + moved_in + increased"
                " - decreased - moved_out - won - lost - removed <> closing",
            ),
        ],
        "metrics.win_rate_monthly": [
            no_rows(
                "Deals won and lost are the deals closed",
                "select coalesce(m.month_date, o.month_date) as month_date from batch as m full join ("
                " select closed_month_date as month_date, count(*) as deals from marts.fct_opportunities"
                " where is_closed and closed_at is not null group by 1"
                ") as o on m.month_date = o.month_date where m.won_count + m.lost_count is distinct from o.deals",
            ),
        ],
    }
