-- Grain: customer_id × horizon: what each customer has brought by a number of days after it became one, as earned by
-- day; `to_date` is as of today. A horizon that today has not reached is here as well, with what is known to be earned
-- by then: `ends_on` tells. The margin is applied before rounding.
{% set horizons = [30, 60, 90, 180, 365] -%}
with acquisitions as (
    select * from {{ ref('fct_customer_acquisitions') }}
),

horizons as (
    {% for days in horizons -%}
    select '{{ days }}' as horizon, cast({{ days }} as bigint) as horizon_days
    union all
    {% endfor -%}
    select 'to_date' as horizon, cast(null as bigint) as horizon_days
),

windows as (
    select
        acquisitions.customer_id,
        acquisitions.month_date,
        acquisitions.acquired_on,
        horizons.horizon,
        horizons.horizon_days,
        case
            when horizons.horizon_days is null then cast({{ today() }} + interval '1' day as date)
            else cast(acquisitions.acquired_on + horizons.horizon_days * interval '1' day as date)
        end as ends_on
    from acquisitions
    cross join horizons
),

served as (
    select
        windows.customer_id,
        windows.horizon,
        items.gross_margin,
        items.service_days,
        cast(items.net_amount_reporting as decimal(20, 2))
        * {{ days_within(days_between('items.starts_on', 'windows.ends_on'), 'items.service_days') }} as amount_days
    from windows
    inner join {{ ref('fct_revenue_items') }} as items
        on windows.customer_id = items.customer_id and items.starts_on < windows.ends_on
),

earned as (
    select *, {{ earned_through('amount_days', 'service_days') }} as revenue
    from served
),

by_customer as (
    select
        customer_id,
        horizon,
        {{ sum_known('revenue') }} as revenue,
        case
            when count(*) = count(revenue * gross_margin) then sum(cast(revenue * gross_margin as decimal(28, 8)))
        end as gross_margin_revenue
    from earned
    group by 1, 2
)

select
    windows.customer_id,
    windows.horizon,
    windows.horizon_days,
    windows.month_date as cohort_month_date,
    windows.acquired_on,
    windows.ends_on,
    by_customer.revenue,
    cast(by_customer.gross_margin_revenue as decimal(18, 6)) as gross_margin_revenue
from windows
inner join by_customer
    on windows.customer_id = by_customer.customer_id and windows.horizon = by_customer.horizon
