-- Grain: customer_id × month_date, every month from the customer's first recurring revenue to the running month.
-- Decreases are positive numbers, taken off: opening + fx + new + reactivation + expansion - contraction - churn =
-- closing. fx revalues the opening at this month's rate, so that no movement contains a change of rate; a customer
-- billed in several currencies moves once, by the net of them. One who paid only between two month ends has both a
-- new (or reactivation) and a churn, of the MRR at the start.
with mrr as (
    select * from {{ ref('fct_mrr_monthly') }}
),

starts as (
    select * from {{ ref('fct_mrr_spell_starts') }}
),

first_months as (
    select customer_id, min(month_date) as first_month_date
    from starts
    group by 1
),

currencies as (
    select distinct customer_id, currency_code from {{ ref('fct_mrr_item_terms') }}
),

by_currency as (
    select
        currencies.customer_id,
        currencies.currency_code,
        months.month_date,
        months.is_complete,
        coalesce(mrr.mrr, 0) as mrr,
        case when mrr.customer_id is null then 0 else mrr.mrr_reporting end as closing,
        rates.rate
    from currencies
    inner join first_months on currencies.customer_id = first_months.customer_id
    inner join {{ ref('dim_months') }} as months on first_months.first_month_date <= months.month_date
    left join mrr
        on
            currencies.customer_id = mrr.customer_id
            and currencies.currency_code = mrr.currency_code
            and months.month_date = mrr.month_date
    left join {{ ref('dim_exchange_rates') }} as rates
        on currencies.currency_code = rates.currency_code and months.calendar_year = rates.rate_year
),

with_opening as (
    select
        *,
        lag(mrr, 1, 0) over (partition by customer_id, currency_code order by month_date) as opening_mrr,
        lag(closing, 1, 0) over (partition by customer_id, currency_code order by month_date) as opening
    from by_currency
),

revalued as (
    select
        *,
        case when opening_mrr = 0 then 0 else {{ convert('opening_mrr', 'rate') }} end as opening_at_rate
    from with_opening
),

by_customer as (
    select
        customer_id,
        month_date,
        is_complete,
        sum(opening_mrr) > 0 as was_paying,
        sum(mrr) > 0 as is_paying,
        {{ sum_known('opening') }} as opening,
        {{ sum_known('opening_at_rate') }} as opening_at_rate,
        {{ sum_known('closing') }} as closing
    from revalued
    group by 1, 2, 3
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
    opening,
    cast(fx as decimal(18, 2)) as fx,
    cast(case when movement = 'new' then gained else 0 end as decimal(18, 2)) as new,
    cast(case when movement = 'reactivation' then gained else 0 end as decimal(18, 2)) as reactivation,
    cast(case when movement = 'expansion' then change else 0 end as decimal(18, 2)) as expansion,
    cast(case when movement = 'contraction' then -change else 0 end as decimal(18, 2)) as contraction,
    cast(
        case
            when movement = 'churn' then -change
            when movement in ('new', 'reactivation') then gained - closing
            else 0
        end as decimal(18, 2)
    ) as churn,
    closing
from classified
