-- Grain: period × dimension × dimension_value: what was booked in each period that is forecast, with a row of 0 for
-- every owner and team that had deals standing for the period, or forecast it, and booked nothing.
{%- set keys = ['period_start_date', 'period_end_date'] %}
with periods as (
    select distinct period_start_date, period_end_date, period_ended_at, is_complete, is_fiscal
    from {{ ref('dim_forecast_snapshots') }}
),

booked as (
    {{ summed_by_level(
        ref('fct_bookings'), keys, sum_known('amount_reporting') ~ ' as booked_amount, count(*) as booked_count'
    ) }}
),

stood as (
    {{ summed_by_level(ref('fct_forecast_deals'), keys, 'count(*) as deal_count') }}
),

scopes as (
    select period_start_date, period_end_date, 'total' as dimension, 'total' as dimension_value from periods

    union distinct

    select period_start_date, period_end_date, dimension, dimension_value from booked

    union distinct

    select period_start_date, period_end_date, dimension, dimension_value from stood

    union distinct

    select period_start_date, period_end_date, dimension, dimension_value from {{ ref('fct_submitted_forecasts') }}
)

select
    scopes.period_start_date,
    scopes.period_end_date,
    periods.period_ended_at,
    periods.is_complete,
    periods.is_fiscal,
    scopes.dimension,
    scopes.dimension_value,
    coalesce(booked.booked_count, 0) as booked_count,
    cast(case when booked.dimension is null then 0 else booked.booked_amount end as decimal(18, 2)) as booked_amount
from scopes
inner join periods
    on scopes.period_start_date = periods.period_start_date and scopes.period_end_date = periods.period_end_date
left join booked
    on
        scopes.period_start_date = booked.period_start_date
        and scopes.period_end_date = booked.period_end_date
        and scopes.dimension = booked.dimension
        and scopes.dimension_value = booked.dimension_value
