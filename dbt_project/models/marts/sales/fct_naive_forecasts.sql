-- Grain: period × horizon_days × method × dimension × dimension_value: what one would have said without looking at the
-- pipeline, for fiscal periods: as in the latest period over by that day (naive_last_period), or as in the same period
-- a year before (naive_last_year). There is none where that period lies before the first deal.
with snapshots as (
    select * from {{ ref('dim_forecast_snapshots') }} where is_fiscal
),

booked as (
    select * from {{ ref('fct_booked_periods') }} where is_fiscal
),

periods as (
    select distinct period_start_date, period_ended_at from booked
),

years as (
    select
        start_date as period_start_date,
        lag(start_date, {{ 4 if var('forecast_period') == 'quarter' else 12 }}) over (order by start_date)
            as year_before_date
    from {{ ref('dim_fiscal_periods') }}
    where period_type = '{{ var("forecast_period") }}'
),

bases as (
    select
        snapshots.period_start_date,
        snapshots.period_end_date,
        snapshots.horizon_days,
        'naive_last_period' as method,
        max(periods.period_start_date) as base_start_date
    from snapshots
    inner join periods
        on
            snapshots.period_start_date > periods.period_start_date
            and snapshots.snapshot_end_at >= periods.period_ended_at
    group by 1, 2, 3

    union all

    select
        snapshots.period_start_date,
        snapshots.period_end_date,
        snapshots.horizon_days,
        'naive_last_year',
        periods.period_start_date
    from snapshots
    inner join years on snapshots.period_start_date = years.period_start_date
    inner join periods
        on
            years.year_before_date = periods.period_start_date
            and snapshots.snapshot_end_at >= periods.period_ended_at
)

select
    bases.period_start_date,
    bases.period_end_date,
    bases.horizon_days,
    bases.method,
    bases.base_start_date,
    booked.dimension,
    booked.dimension_value,
    cast(case when base.dimension is null then 0 else base.booked_amount end as decimal(18, 2)) as forecast_amount
from bases
inner join booked
    on bases.period_start_date = booked.period_start_date and bases.period_end_date = booked.period_end_date
left join booked as base
    on
        bases.base_start_date = base.period_start_date
        and booked.dimension = base.dimension
        and booked.dimension_value = base.dimension_value
