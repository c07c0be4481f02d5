-- Grain: subscription_item_id × month_date: items earning recurring revenue at the month's snapshot.
-- An item whose terms ended at the very midnight after the month still counts in it.
with terms as (
    select * from {{ ref('fct_mrr_item_terms') }}
),

months as (
    select * from {{ ref('dim_months') }}
)

select
    terms.subscription_item_id,
    months.month_date,
    months.is_complete,
    months.calendar_year,
    terms.subscription_id,
    terms.customer_id,
    terms.product_id,
    terms.currency_code,
    terms.unit_amount,
    terms.quantity,
    terms.discount_percent,
    terms.billing_interval,
    terms.billing_interval_count,
    terms.contract_mrr,
    terms.mrr
from terms
inner join months
    on
        terms.valid_from < months.snapshot_end_at
        and (terms.valid_to is null or terms.valid_to >= months.snapshot_end_at)
