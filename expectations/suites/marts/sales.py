"""Conservation laws of the pipeline: every day and every month, what was there, what came and what went add up."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import UNRATED, differ, known_sum, no_rows


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
        "marts.fct_stage_visits": [
            no_rows(
                "A visit to a stage begins when the one before ended, or later where the deal was removed between",
                "select opportunity_id from (select opportunity_id, entered_at,"
                " lag(left_at) over deal as previous_left_at, lag(outcome) over deal as previous_outcome from batch"
                " window deal as (partition by opportunity_id order by visit_number)"
                ") as walked where entered_at < previous_left_at"
                " or entered_at > previous_left_at and previous_outcome <> 'removed'",
            ),
            no_rows(
                "The days of a deal's visits add up to the days between its first entry and its last exit",
                "select v.opportunity_id from (select opportunity_id, min(entered_at) as first_at,"
                " max(entered_at) as last_at, sum(case when left_at is null then 0 else days end) as days"
                " from batch group by 1"
                " having sum(case when outcome = 'removed' then 1 else 0 end) = 0 and count(*) = count(left_at) + 1"
                ") as v left join marts.dim_dates as d"
                " on d.snapshot_end_at > v.first_at and d.snapshot_end_at <= v.last_at"
                " group by v.opportunity_id, v.days having v.days <> count(d.date_day)",
            ),
        ],
        "marts.fct_open_opportunities_monthly": [
            no_rows(
                "The deals open at each month's end are the open pipeline of the waterfall, in number and amount",
                "select w.month_date from metrics.pipeline_waterfall as w left join ("
                f" select month_date, count(*) as deals, {known_sum('amount_reporting')} as amount from batch"
                " group by 1"
                ") as d on w.month_date = d.month_date where w.closing_count <> coalesce(d.deals, 0) or "
                + differ("w.month_date", "w.closing", "d.month_date", "d.amount"),
            ),
        ],
        "metrics.pipeline_velocity_monthly": [_adds_up("open_count", "won_count", "closed_count", "won_amount")],
        "metrics.pipeline_slippage_monthly": [
            _adds_up("due_count", "due_amount", "slipped_count", "push_count"),
            no_rows(
                "Every deal that was due was won, lost, removed, slipped or is pending",
                "select month_date from batch where due_count <> won_count + lost_count + removed_count"
                " + slipped_count + pending_count or due_amount <> won_amount + lost_amount + removed_amount"
                " + slipped_amount + pending_amount",
            ),
        ],
        "metrics.pipeline_ageing_monthly": [
            no_rows(
                "The age groups of a month add up to its open pipeline",
                "select w.month_date from metrics.pipeline_waterfall as w left join ("
                f" select month_date, sum(open_count) as deals, {known_sum('open_amount')} as amount from batch"
                " group by 1"
                ") as a on w.month_date = a.month_date where w.closing_count <> coalesce(a.deals, 0) or "
                + differ("w.month_date", "w.closing", "a.month_date", "a.amount"),
            ),
        ],
        "metrics.stage_conversion_monthly": [
            no_rows(
                "Where the deals that left a stage went adds up to those that left it",
                "select month_date, source_instance from batch"
                " group by month_date, source_instance, pipeline_name, stage_code, exit_count"
                " having sum(move_count) <> exit_count",
            ),
        ],
        "metrics.stage_time_monthly": [
            no_rows(
                "Every visit that ended advanced, returned, was won or lost, and is in the conversion matrix",
                "select t.month_date from batch as t inner join ("
                " select month_date, source_instance, pipeline_name, stage_code, sum(move_count) as moves"
                " from metrics.stage_conversion_monthly group by 1, 2, 3, 4"
                ") as m on t.month_date = m.month_date and t.source_instance = m.source_instance"
                " and t.pipeline_name = m.pipeline_name and t.stage_code = m.stage_code"
                " where t.visit_count <> t.converted_count + t.returned_count + t.lost_count"
                " or t.visit_count + t.removed_count <> m.moves",
            ),
        ],
        "marts.fct_forecasts": [
            no_rows(
                "Weighted and naive forecasts of owners, and of teams, add up to the company's, as do bookings",
                "select d.period_start_date, d.as_of_date from ("
                " select period_start_date, period_end_date, as_of_date, method, dimension,"
                f" {known_sum('forecast_amount')} as forecast, {known_sum('booked_amount')} as booked from batch"
                " where dimension <> 'total' and method in ('weighted', 'naive_last_period') group by 1, 2, 3, 4, 5"
                ") as d left join batch as t on d.period_start_date = t.period_start_date"
                " and d.period_end_date = t.period_end_date and d.as_of_date = t.as_of_date and d.method = t.method"
                " and t.dimension = 'total' where d.booked is distinct from t.booked_amount"
                " or d.method = 'weighted' and d.forecast is distinct from t.forecast_amount",
            ),
        ],
        "marts.fct_bookings": [
            no_rows(
                "A deal won within the fiscal periods is booked in exactly one of them",
                "select o.opportunity_id from marts.fct_opportunities as o left join ("
                " select b.opportunity_id, count(*) as periods from batch as b inner join ("
                " select distinct period_start_date, period_end_date from marts.dim_forecast_snapshots where is_fiscal"
                ") as p on b.period_start_date = p.period_start_date and b.period_end_date = p.period_end_date"
                " group by 1"
                ") as b on o.opportunity_id = b.opportunity_id inner join ("
                " select min(period_started_at) as begun_at, max(period_ended_at) as ended_at"
                " from marts.dim_forecast_snapshots where is_fiscal"
                ") as s on o.closed_at >= s.begun_at and o.closed_at < s.ended_at"
                " where o.is_won and b.periods is distinct from 1",
            ),
        ],
        "metrics.pipeline_coverage": [
            no_rows(
                "What owners, and teams, have open and booked adds up to the company's",
                "select d.period_start_date, d.as_of_date from ("
                " select period_start_date, period_end_date, as_of_date, dimension, sum(open_count) as deals,"
                f" {known_sum('open_amount')} as open_amount, {known_sum('booked_amount')} as booked_amount from batch"
                " group by 1, 2, 3, 4"
                ") as d left join batch as t on d.period_start_date = t.period_start_date"
                " and d.period_end_date = t.period_end_date and d.as_of_date = t.as_of_date and t.dimension = 'total'"
                " where d.deals is distinct from t.open_count or d.open_amount is distinct from t.open_amount"
                " or d.booked_amount is distinct from t.booked_amount",
            ),
        ],
        "marts.fct_revenue_periods": [
            no_rows(
                "A fiscal period's revenue is what was earned in the months that begin in it",
                "select p.period_start_date from batch as p left join ("
                " select q.period_start_date, sum(r.recognised_revenue) as revenue from batch as q"
                " inner join metrics.recognised_revenue_monthly as r"
                " on r.month_date between q.period_start_date and q.period_end_date group by 1"
                ") as m on p.period_start_date = m.period_start_date"
                " where p.revenue_amount is not null and p.revenue_amount <> coalesce(m.revenue, 0)",
            ),
        ],
        "metrics.revenue_predictability": [
            no_rows(
                "The predictability index lies between 0 and 1",
                "select period_start_date from batch where predictability_index not between 0 and 1",
            ),
        ],
        "metrics.win_rate_by_dimension_monthly": [
            no_rows(
                "Every dimension adds up to the month's win rate and bookings",
                "select d.month_date from (select month_date, dimension, sum(won_count) as won,"
                f" sum(closed_count) as closed, {known_sum('won_amount')} as amount from batch group by 1, 2) as d"
                " left join metrics.win_rate_monthly as m on d.month_date = m.month_date"
                " where d.won is distinct from m.won_count or d.closed is distinct from m.closed_count"
                " or d.amount is distinct from m.won_amount",
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


def _adds_up(*parts: str) -> gxe.UnexpectedRowsExpectation:
    """An expectation that each dimension's values add up to the total of the month, for each of `parts`."""
    sums = ", ".join(f"{known_sum(part)} as {part}" for part in parts)
    differs = " or ".join(f"d.{part} is distinct from t.{part}" for part in parts)
    return no_rows(
        "Every dimension adds up to the total: " + ", ".join(part.replace("_", " ") for part in parts),
        f"select d.month_date from (select month_date, dimension, {sums} from batch group by 1, 2) as d"
        f" left join batch as t on d.month_date = t.month_date and t.dimension = 'total' where {differs}",
    )
