-- Grain: item_type × record_id × month_date: what each revenue item earned in each month that has begun, by day. A day
-- earns the difference between what is earned through it and through the day before, each rounded to the cent, so the
-- days of an item add up to it exactly. Amounts keep the rate at which they were billed.
with items as (
    select * from {{ ref('fct_revenue_items') }}
),

months as (
    select
        month_date,
        is_complete,
        next_month_date,
        -- The running month has earned the days that have begun.
        least(
            next_month_date,
            cast({{ today() }} + interval '1' day as date)
        ) as earned_until
    from {{ ref('dim_months') }}
),

served as (
    select
        items.*,
        months.month_date as earned_month_date,
        months.is_complete,
        {{ days_within(days_between('items.starts_on', 'months.month_date'), 'items.service_days') }} as days_before,
        {{ days_within(days_between('items.starts_on', 'months.earned_until'), 'items.service_days') }} as days_after
    from items
    inner join months
        on
            items.starts_on < months.earned_until
            and items.starts_on + items.service_days * interval '1' day > months.month_date
),

weighted as (
    select
        *,
        cast(net_amount as decimal(20, 2)) * days_before as amount_days_before,
        cast(net_amount as decimal(20, 2)) * days_after as amount_days_after,
        cast(net_amount_reporting as decimal(20, 2)) * days_before as reporting_days_before,
        cast(net_amount_reporting as decimal(20, 2)) * days_after as reporting_days_after
    from served
)

select
    item_type,
    record_id,
    earned_month_date as month_date,
    is_complete,
    customer_id,
    product_id,
    product_family,
    revenue_type,
    cast(days_after - days_before as bigint) as days_earned,
    cast(
        {{ earned_through('amount_days_after', 'service_days') }}
        - {{ earned_through('amount_days_before', 'service_days') }} as decimal(18, 2)
    ) as recognised_amount,
    currency_code,
    reporting_rate,
    cast(
        {{ earned_through('reporting_days_after', 'service_days') }}
        - {{ earned_through('reporting_days_before', 'service_days') }} as decimal(18, 2)
    ) as recognised_amount_reporting,
    gross_margin
from weighted
