-- Grain: period × horizon_days × method × forecast_category × dimension × dimension_value: what was forecast for a
-- period on each day it is looked at, beside what was finally booked (NULL until the period is over). `submitted` is
-- what people said; `weighted` what was won in the period by that day, plus the open deals due in it times the
-- probability of their stage; the naive ones are what any forecast has to beat.
{%- set period = ['period_start_date', 'period_end_date', 'horizon_days'] %}
with snapshots as (
    select * from {{ ref('dim_forecast_snapshots') }}
),

booked as (
    select * from {{ ref('fct_booked_periods') }}
),

stood as (
    {{ summed_by_level(
        ref('fct_forecast_deals'), period, sum_known('weighted_amount_reporting') ~ ' as weighted_amount'
    ) }}
),

forecasts as (
    select
        snapshots.period_start_date,
        snapshots.period_end_date,
        snapshots.horizon_days,
        'weighted' as method,
        'weighted' as forecast_category,
        booked.dimension,
        booked.dimension_value,
        cast(case when stood.dimension is null then 0 else stood.weighted_amount end as decimal(18, 2))
            as forecast_amount
    from snapshots
    inner join booked
        on
            snapshots.period_start_date = booked.period_start_date
            and snapshots.period_end_date = booked.period_end_date
    left join stood
        on
            snapshots.period_start_date = stood.period_start_date
            and snapshots.period_end_date = stood.period_end_date
            and snapshots.horizon_days = stood.horizon_days
            and booked.dimension = stood.dimension
            and booked.dimension_value = stood.dimension_value

    union all

    select {{ period | join(', ') }}, 'submitted', forecast_category, dimension, dimension_value, forecast_amount
    from {{ ref('fct_submitted_forecasts') }}

    union all

    select {{ period | join(', ') }}, method, 'naive', dimension, dimension_value, forecast_amount
    from {{ ref('fct_naive_forecasts') }}
)

select
    forecasts.period_start_date,
    forecasts.period_end_date,
    snapshots.period_name,
    snapshots.is_complete,
    snapshots.is_fiscal,
    forecasts.horizon_days,
    snapshots.as_of_date,
    snapshots.is_latest,
    forecasts.method,
    forecasts.forecast_category,
    forecasts.dimension,
    forecasts.dimension_value,
    forecasts.forecast_amount,
    booked.booked_amount,
    case when snapshots.is_complete then booked.booked_amount end as actual_amount,
    '{{ var("reporting_currency") }}' as currency_code
from forecasts
inner join snapshots
    on
        forecasts.period_start_date = snapshots.period_start_date
        and forecasts.period_end_date = snapshots.period_end_date
        and forecasts.horizon_days = snapshots.horizon_days
inner join booked
    on
        forecasts.period_start_date = booked.period_start_date
        and forecasts.period_end_date = booked.period_end_date
        and forecasts.dimension = booked.dimension
        and forecasts.dimension_value = booked.dimension_value
