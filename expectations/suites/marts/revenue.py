"""Conservation laws of recurring revenue and revenue: what must add up, to the cent, whatever the data."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import UNRATED, differ, known_sum, no_rows

WALK = "opening + fx + new + reactivation + expansion - contraction - churn"
MRR_POLICIES = ("trials", "discounts", "metered", "pauses", "past_due", "churn_date", "exchange_rate")
MRR_WALK = "opening_mrr + fx_mrr + new_mrr + reactivation_mrr + expansion_mrr - contraction_mrr - churn_mrr"


def suite() -> dict[str, list[gxe.Expectation]]:
    """Expectations by `schema.table`; all of them hold on empty tables."""
    return {
        "marts.fct_mrr_monthly": [
            no_rows(
                "Every currency with recurring revenue has an exchange rate for the month" + UNRATED,
                "select customer_id, currency_code, month_date from batch where mrr_reporting is null",
                "warning",
            ),
            no_rows(
                "Discounts only take away: billed MRR is between zero and contract MRR",
                "select customer_id, currency_code, month_date from batch where mrr < 0 or mrr > contract_mrr",
            ),
        ],
        "marts.fct_mrr_movements": [
            no_rows(
                "Opening plus movements and exchange effect equals closing, for every customer and month, to the cent",
                f"select customer_id, month_date from batch where {WALK} <> closing",
            ),
            no_rows(
                "A month opens with what the month before closed with, and no month is missing",
                "select customer_id, month_date from ("
                " select customer_id, month_date, opening,"
                " lag(closing, 1, 0) over w as previous_closing, lag(month_date) over w as previous_month"
                " from batch window w as (partition by customer_id order by month_date)"
                ") as walked where opening <> previous_closing"
                " or previous_month <> cast(month_date - interval '1' month as date)",
            ),
            no_rows(
                "Movements are never negative, and a customer has at most one kind of increase or decrease",
                "select customer_id, month_date from batch"
                " where least(new, reactivation, expansion, contraction, churn) < 0"
                " or (new > 0 and reactivation > 0) or (expansion > 0 and contraction > 0)",
            ),
            no_rows(
                "Each customer's closing equals the sum of the items in force at the month's end",
                "select coalesce(m.customer_id, i.customer_id) as customer_id,"
                " coalesce(m.month_date, i.month_date) as month_date from batch as m full join ("
                f" select customer_id, month_date, {known_sum('mrr_reporting')} as mrr"
                " from marts.fct_mrr_monthly group by 1, 2"
                ") as i on m.customer_id = i.customer_id and m.month_date = i.month_date"
                f" where {differ('m.month_date', 'm.closing', 'i.month_date', 'i.mrr')}",
            ),
        ],
        "metrics.arr_monthly": [
            no_rows(
                "Opening plus movements and exchange effect equals MRR, every month",
                f"select month_date from batch where {MRR_WALK} <> mrr",
            ),
            no_rows(
                "A month opens with the MRR the month before closed with",
                "select month_date from (select month_date, opening_mrr,"
                " lag(mrr, 1, 0) over (order by month_date) as previous_mrr from batch) as walked"
                " where opening_mrr <> previous_mrr",
            ),
            no_rows(
                "Paying customers at the opening plus new and returned minus churned are those at the end",
                "select month_date from batch where opening_customer_count + new_customer_count"
                " + reactivated_customer_count - churned_customer_count <> customer_count",
            ),
            no_rows("ARR is twelve times MRR", "select month_date from batch where arr <> mrr * 12"),
        ],
        "metrics.arr_by_dimension_monthly": [
            no_rows(
                "Opening plus movements and exchange effect equals MRR, for every value of every dimension",
                f"select month_date, dimension, dimension_value from batch where {MRR_WALK} <> mrr",
            ),
            no_rows(
                "Every dimension adds up to the company's MRR and customers",
                "select a.month_date, d.dimension from metrics.arr_monthly as a inner join ("
                " select month_date, dimension, sum(mrr) as mrr, sum(customer_count) as customer_count,"
                " sum(churned_customer_count) as churned from batch group by 1, 2"
                ") as d on a.month_date = d.month_date"
                " where a.mrr <> d.mrr or a.customer_count <> d.customer_count"
                " or a.churned_customer_count <> d.churned",
            ),
            no_rows(
                "Every month of the company's MRR is split by all seven dimensions",
                "select a.month_date from metrics.arr_monthly as a left join batch as d on a.month_date = d.month_date"
                " group by 1 having count(distinct d.dimension) <> 7",
            ),
        ],
        "metrics.mrr_policy_comparison": [
            no_rows(
                "Our MRR plus the effect of each policy is the MRR under the rules of others",
                "select month_date, rule_set from batch where our_mrr"
                + "".join(f" + {policy}_difference" for policy in MRR_POLICIES)
                + " <> mrr",
            ),
            no_rows(
                "Comparisons of rules start from the MRR we publish",
                "select b.month_date, b.rule_set from batch as b inner join metrics.arr_monthly as a"
                " on b.month_date = a.month_date where b.our_mrr <> a.mrr",
            ),
        ],
        "marts.fct_revenue_events": [
            no_rows(
                "Every currency that was billed or ordered in has an exchange rate for the year" + UNRATED,
                "select event_type, record_id from batch where net_amount is not null and reporting_rate is null",
                "warning",
            ),
            no_rows(
                "Credit notes and refunds never add to revenue",
                "select event_type, record_id from batch"
                " where event_type in ('credit_note', 'refund') and net_amount > 0",
            ),
        ],
        "metrics.revenue_monthly": [
            no_rows(
                "Revenue is billed plus ordered less credit notes and refunds",
                "select month_date from batch"
                " where invoiced_amount + ordered_amount - credit_note_amount - refund_amount <> revenue",
            ),
            no_rows(
                "Each month's revenue is the sum of its events",
                "select coalesce(r.month_date, e.month_date) as month_date from batch as r full join ("
                f" select month_date, {known_sum('net_amount_reporting')} as amount"
                " from marts.fct_revenue_events group by 1"
                ") as e on r.month_date = e.month_date"
                f" where {differ('r.month_date', 'r.revenue', 'e.month_date', 'e.amount')}",
            ),
        ],
        "marts.dim_customers": [
            no_rows(
                "A paying customer can be tied to a CRM account",
                "select c.customer_id from batch as c where c.account_id is null and exists ("
                " select 1 from marts.fct_mrr_monthly as m where m.customer_id = c.customer_id)",
                "warning",
            ),
        ],
        "marts.fct_marketing_spend_daily": [
            no_rows(
                "Every currency spent in has an exchange rate for the year" + UNRATED,
                "select campaign_id, spend_date from batch where reporting_rate is null",
                "warning",
            ),
        ],
        "metrics.marketing_spend_monthly": [
            no_rows(
                "Each month's spend is the sum of its days",
                "select coalesce(m.month_date, d.month_date) as month_date from ("
                f" select month_date, {known_sum('cost')} as cost from batch group by 1"
                ") as m full join ("
                f" select month_date, {known_sum('cost_reporting')} as cost"
                " from marts.fct_marketing_spend_daily group by 1"
                ") as d on m.month_date = d.month_date"
                f" where {differ('m.month_date', 'm.cost', 'd.month_date', 'd.cost')}",
            ),
        ],
    }
