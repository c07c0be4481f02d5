-- Grain: period_ends_at × period_months × place × source_instance × dimension × dimension_value: the passages of one slice
-- that began in one period, as sums from which the ranking compares slices. Periods are windows of
-- `friction_window_months` back from `as_of`, the `friction_baseline_months` before each (`is_baseline`), and everything (0 months).
-- The row `everywhere` holds the place across all systems.
{%- set dimensions = ['region', 'segment', 'channel', 'form', 'event_time'] %}
with passages as (
    select
        *,
        {{ divide('waited_seconds', '86400') }} as waited_days
    from {{ ref('fct_passages') }}
),

slices as (
    select *, 'everywhere' as slice_instance, 'total' as dimension, 'total' as dimension_value from passages

    union all

    select *, source_instance as slice_instance, 'total' as dimension, 'total' as dimension_value from passages
    {%- for dimension in dimensions %}

    union all

    select *, source_instance, '{{ dimension }}', {{ dimension }} from passages where {{ dimension }} <> 'unknown'
    {%- endfor %}
),

windows as (
    select {{ known_until() }} - interval '{{ var("friction_window_months") }}' month * numbers.n as period_ends_at
    from {{ numbers(2) }} as numbers
),

periods as (
    select
        period_ends_at,
        {{ var('friction_window_months') }} as period_months,
        false as is_baseline,
        period_ends_at - interval '{{ var("friction_window_months") }}' month as first_at,
        period_ends_at as end_at
    from windows

    union all

    select
        period_ends_at,
        {{ var('friction_window_months') }},
        true,
        period_ends_at - interval '{{ var("friction_window_months") + var("friction_baseline_months") }}' month,
        period_ends_at - interval '{{ var("friction_window_months") }}' month
    from windows

    union all

    select {{ known_until() }}, 0, false, cast('1900-01-01' as timestamp), {{ known_until() }}
)

select
    periods.period_ends_at,
    cast(periods.period_months as bigint) as period_months,
    periods.is_baseline,
    slices.place,
    slices.slice_instance as source_instance,
    slices.dimension,
    slices.dimension_value,
    min(slices.place_name) as place_name,
    count(*) as entered_count,
    {%- for state in ['passed', 'lost', 'returned', 'open'] %}
    cast(sum(case when slices.state = '{{ state }}' then 1 else 0 end) as bigint) as {{ state }}_count,
    {%- endfor %}
    count(slices.waited_days) as waited_count,
    cast(coalesce(sum(slices.waited_days), 0) as decimal(20, 6)) as waited_days,
    cast(coalesce(sum(cast(slices.waited_days as decimal(19, 6)) * slices.waited_days), 0) as decimal(28, 6))
        as squared_days,
    {{ percentile(0.5, 'slices.waited_days') }} as median_days,
    {{ percentile(0.9, 'slices.waited_days') }} as ninetieth_percentile_days,
    count(slices.stake) as stake_count,
    cast(coalesce(sum(slices.stake), 0) as decimal(20, 2)) as stake
from slices
inner join periods on slices.entered_at >= periods.first_at and slices.entered_at < periods.end_at
group by 1, 2, 3, 4, 5, 6, 7
