"""What must hold of accounts and people as they were on any day: no gap, and the totals that other numbers give."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import differ, known_sum, no_rows

IN_FORCE = "s.valid_from <= {day} and (s.valid_to is null or s.valid_to > {day})"
MONTH_ENDS = (
    "month_ends as (select m.month_date, m.snapshot_end_at, d.date_day from marts.dim_months as m"
    " inner join marts.dim_dates as d on m.snapshot_end_at = d.snapshot_end_at)"
)
LAST_DAY = "(select max(date_day) from marts.dim_dates where has_begun)"
OF_BOTH = (
    "stage",
    "owner_id",
    "open_pipeline_amount",
    "open_opportunity_count",
    "last_touch_at",
    "open_conversation_count",
    "late_conversation_count",
    "recent_conversation_count",
)
OF_ACCOUNTS = (
    *OF_BOTH,
    "deal_owner_id",
    "mrr",
    "mrr_before",
    "overdue_bill_count",
    "is_cancelling",
    "health",
    "health_reason",
)


def follows(key: str) -> gxe.UnexpectedRowsExpectation:
    """An expectation that the stretches of each `key` neither overlap nor leave a gap, and that none lies ahead."""
    return no_rows(
        "One stretch follows the other without gap or overlap, the last of them lasts, and none has yet to come",
        f"select {key}, valid_from from (select *, lead(valid_from) over (partition by {key} order by valid_from)"
        " as next_from from batch) as walked where valid_to is distinct from next_from"
        f" or is_current <> (valid_to is null) or valid_from > {LAST_DAY}",
    )


def shows(dimension: str, key: str, columns: tuple[str, ...]) -> gxe.UnexpectedRowsExpectation:
    """An expectation that `dimension` has what the last stretch of each `key` says."""
    differences = " or ".join(f"d.{column} is distinct from s.{column}" for column in columns)
    return no_rows(
        f"What lasts is what {dimension} shows, and nobody is missing there",
        f"select s.{key} from batch as s left join marts.{dimension} as d on s.{key} = d.{key}"
        f" where s.is_current and (d.{key} is null or {differences})",
    )


def has_owners_of(dimension: str, key: str) -> gxe.UnexpectedRowsExpectation:
    """An expectation that the history of owners ends with the one whom `dimension` shows, for each `key`."""
    return no_rows(
        f"Whoever has an owner in {dimension} has had one on the last day",
        f"select d.{key} from marts.{dimension} as d left join batch as s on d.{key} = s.{key} and s.valid_to is null"
        " where d.owner_id is not null and s.owner_id is null",
    )


def suite() -> dict[str, list[gxe.Expectation]]:
    """Expectations by `schema.table`; all of them hold on empty tables."""
    return {
        "marts.fct_account_states": [
            follows("account_id"),
            shows("dim_accounts", "account_id", OF_ACCOUNTS),
            has_owners_of("dim_accounts", "account_id"),
            no_rows(
                "On a month's last day the MRR of all accounts adds up to the month's MRR",
                f"with {MONTH_ENDS},"
                " billed as (select m.month_date, m.date_day,"
                f" {known_sum('r.mrr_reporting')} as amount from month_ends as m"
                " inner join marts.fct_mrr_monthly as r on m.month_date = r.month_date group by 1, 2),"
                " known as (select m.month_date,"
                f" {known_sum('s.mrr')} as amount from month_ends as m"
                f" inner join batch as s on {IN_FORCE.format(day='m.date_day')} group by 1)"
                " select b.month_date, k.month_date as known_month from billed as b"
                " full join known as k on b.month_date = k.month_date"
                f" where {differ('b.month_date', 'b.amount', 'k.month_date', 'k.amount')}",
            ),
            no_rows(
                "On a month's last day the open deals of all accounts are those of the daily pipeline; deals of no"
                " account are left out",
                f"with {MONTH_ENDS},"
                " standing as (select d.date_day, count(*) as deals,"
                " case when count(case when d.amount is not null and d.amount_reporting is null then 1 end) = 0"
                " then sum(coalesce(d.amount_reporting, 0)) end as amount from marts.fct_pipeline_daily as d"
                " inner join canonical.opportunities as o on d.opportunity_id = o.opportunity_id"
                " inner join marts.dim_account_records as a on o.account_id = a.account_id group by 1),"
                " known as (select m.date_day, sum(s.open_opportunity_count) as deals,"
                f" {known_sum('s.open_pipeline_amount')} as amount from month_ends as m"
                f" inner join batch as s on {IN_FORCE.format(day='m.date_day')} group by 1)"
                " select m.date_day from month_ends as m left join standing as d on m.date_day = d.date_day"
                " left join known as k on m.date_day = k.date_day"
                f" where {differ('d.date_day', 'd.amount', 'k.date_day', 'k.amount')}"
                " or coalesce(d.deals, 0) <> coalesce(k.deals, 0)",
            ),
            no_rows(
                "Customers have a health and nobody else, and each but the healthy a reason",
                "select account_id, valid_from from batch where (health is null) ="
                " (coalesce(stage, '') in ('customer', 'onboarded', 'retained', 'expanded'))"
                " or (health_reason is null) <> (coalesce(health, 'healthy') = 'healthy')",
            ),
            no_rows(
                "Nothing is less than nothing, and what is late is open",
                "select account_id, valid_from from batch where mrr < 0 or open_opportunity_count < 0"
                " or open_conversation_count < late_conversation_count or late_conversation_count < 0"
                " or recent_conversation_count < 0 or overdue_bill_count < 0",
            ),
        ],
        "marts.fct_person_states": [
            follows("person_id"),
            shows("dim_people", "person_id", OF_BOTH),
            has_owners_of("dim_people", "person_id"),
            no_rows(
                "No touch is later than the stretch that tells of it, and the last one on the timeline is told",
                "select s.person_id from batch as s left join (select person_id, max(occurred_at) as occurred_at"
                " from marts.fct_touchpoints where area <> 'finance' and touchpoint_type <> 'email_open'"
                " and occurred_at < (select max(snapshot_end_at) from marts.dim_dates) group by 1) as t"
                " on s.person_id = t.person_id left join marts.dim_dates as d on s.valid_from = d.date_day"
                " where s.last_touch_at >= d.snapshot_end_at"
                " or (s.is_current and s.last_touch_at is distinct from t.occurred_at)",
            ),
        ],
        "marts.dim_accounts": [
            no_rows(
                "Every account record and every customer belongs to one of the organisations",
                "select r.account_id from (select surviving_account_id as account_id from marts.dim_account_records"
                " union select coalesce(account_id, customer_id) from marts.dim_customers) as r"
                " left join batch as a on r.account_id = a.account_id where a.account_id is null",
            ),
        ],
    }
