-- Grain: customer_id × month_date, every month from the customer's first recurring revenue to the running month.
-- Decreases are positive numbers, taken off: opening + fx + new + reactivation + expansion - contraction - churn =
-- closing. fx revalues the opening at this month's rate, so that no movement contains a change of rate; a customer
-- billed in several currencies moves once, by the net of them. One who paid only between two month ends has both a
-- new (or reactivation) and a churn, of the MRR at the start. Customers are counted by was_paying, is_paying and movement,
-- which are known also where no rate values what is paid.
with mrr as (
    select
        customer_id,
        month_date,
        sum(mrr) > 0 as is_paying,
        {{ sum_known('mrr_reporting') }} as closing,
        {{ sum_known('mrr_revalued') }} as revalued
    from {{ ref('fct_mrr_monthly') }}
    group by 1, 2
),

starts as (
    select * from {{ ref('fct_mrr_spell_starts') }}
),

first_months as (
    select customer_id, min(month_date) as first_month_date
    from starts
    group by 1
),

by_customer as (
    select
        first_months.customer_id,
        months.month_date,
        months.is_complete,
        coalesce(before.is_paying, false) as was_paying,
        coalesce(mrr.is_paying, false) as is_paying,
        case when before.customer_id is null then 0 else before.closing end as opening,
        case when before.customer_id is null then 0 else before.revalued end as opening_at_rate,
        case when mrr.customer_id is null then 0 else mrr.closing end as closing
    from first_months
    inner join {{ ref('dim_months') }} as months on first_months.first_month_date <= months.month_date
    left join mrr on first_months.customer_id = mrr.customer_id and months.month_date = mrr.month_date
    left join mrr as before
        on
            first_months.customer_id = before.customer_id
            and months.month_date = cast(before.month_date + interval '1' month as date)
),

classified as (
    select
        by_customer.*,
        by_customer.opening_at_rate - by_customer.opening as fx,
        by_customer.closing - by_customer.opening_at_rate as change,
        case
            when by_customer.is_paying then by_customer.closing
            {%- if var('mrr_new_and_churn_in_month') == 'counted' %}
            else starts.mrr_reporting
            {%- endif %}
        end as gained,
        case
            when by_customer.was_paying and not by_customer.is_paying then 'churn'
            when by_customer.was_paying and by_customer.closing > by_customer.opening_at_rate then 'expansion'
            when by_customer.was_paying and by_customer.closing < by_customer.opening_at_rate then 'contraction'
            when by_customer.was_paying then 'none'
            {%- if var('mrr_new_and_churn_in_month') != 'counted' %}
            when not by_customer.is_paying then 'none'
            {%- endif %}
            when starts.is_reactivation then 'reactivation'
            when starts.customer_id is not null or by_customer.is_paying then 'new'
            else 'none'
        end as movement
    from by_customer
    left join starts
        on by_customer.customer_id = starts.customer_id and by_customer.month_date = starts.month_date
)

select
    customer_id,
    month_date,
    is_complete,
    movement,
    was_paying,
    is_paying,
    opening,
    cast(fx as decimal(18, 2)) as fx,
    cast(case when movement = 'new' then gained else 0 end as decimal(18, 2)) as new,
    cast(case when movement = 'reactivation' then gained else 0 end as decimal(18, 2)) as reactivation,
    cast(case when movement = 'expansion' then change else 0 end as decimal(18, 2)) as expansion,
    cast(case when movement = 'contraction' then -change else 0 end as decimal(18, 2)) as contraction,
    cast(
        case
            when movement = 'churn' then -change
            when movement in ('new', 'reactivation') and not is_paying then gained
            else 0
        end as decimal(18, 2)
    ) as churn,
    closing
from classified
