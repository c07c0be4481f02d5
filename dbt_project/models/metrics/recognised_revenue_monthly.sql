-- Grain: month_date: revenue as it is earned, and the walk of what is billed but not earned yet. Billed after it was
-- earned, as usage is, makes `closing_deferred` smaller, below zero if it outweighs.
with months as (
    select * from {{ ref('dim_months') }}
),

recognised as (
    select month_date, {{ sum_known('recognised_amount_reporting') }} as recognised
    from {{ ref('fct_recognised_revenue') }}
    group by 1
),

booked as (
    select month_date, {{ sum_known('net_amount_reporting') }} as booked
    from {{ ref('fct_revenue_items') }}
    group by 1
),

first_month as (
    select min(month_date) as month_date
    from (
        select month_date from recognised
        union all
        select month_date from booked
    ) as all_months
),

walked as (
    select
        months.month_date,
        months.is_complete,
        case when booked.month_date is null then 0 else booked.booked end as booked,
        case when recognised.month_date is null then 0 else recognised.recognised end as recognised
    from months
    inner join first_month on months.month_date >= first_month.month_date
    left join booked on months.month_date = booked.month_date
    left join recognised on months.month_date = recognised.month_date
),

balanced as (
    select
        *,
        sum(booked - recognised) over (order by month_date rows unbounded preceding) as closing_deferred,
        case when is_complete then lag(recognised, 1) over (order by month_date) end as previous_month_recognised,
        case when is_complete then lag(recognised, 12) over (order by month_date) end as previous_year_recognised
    from walked
)

select
    month_date,
    is_complete,
    cast(closing_deferred - booked + recognised as decimal(18, 2)) as opening_deferred,
    cast(booked as decimal(18, 2)) as booked_revenue,
    cast(recognised as decimal(18, 2)) as recognised_revenue,
    cast(closing_deferred as decimal(18, 2)) as closing_deferred,
    cast(previous_month_recognised as decimal(18, 2)) as previous_month_recognised,
    cast(previous_year_recognised as decimal(18, 2)) as previous_year_recognised,
    '{{ var("reporting_currency") }}' as currency_code,
    {{ ratio('(recognised - previous_month_recognised)', 'previous_month_recognised') }} as month_over_month_growth,
    {{ ratio('(recognised - previous_year_recognised)', 'previous_year_recognised') }} as year_over_year_growth
from balanced
