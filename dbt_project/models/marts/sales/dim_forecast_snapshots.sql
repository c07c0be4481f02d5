-- Grain: period_start_date × period_end_date × horizon_days: the days on which a period's forecast is looked at, so many
-- days before its end, and for a running period also now. Periods are the fiscal ones of `forecast_period`, and those
-- that people forecast for or have quotas for, whatever their bounds, with the quarters and years their quotas add up to.
with fiscal as (
    select
        start_date,
        end_date,
        period_name,
        period_type = '{{ var("forecast_period") }}' as is_forecast
    from {{ ref('dim_fiscal_periods') }}
),

named as (
    select start_date, end_date from fiscal where is_forecast

    union distinct

    select period_start_date as start_date, period_end_date as end_date from {{ ref('forecast_submissions') }}

    union distinct

    select period_start_date as start_date, period_end_date as end_date from {{ ref('fct_quotas') }}
),

first_deal as (
    select {{ day_of('min(valid_from)') }} as first_day from {{ ref('fct_opportunity_history') }}
),

periods as (
    select
        named.start_date,
        named.end_date,
        coalesce(
            fiscal.period_name, cast(named.start_date as string) || ' to ' || cast(named.end_date as string)
        ) as period_name,
        coalesce(fiscal.is_forecast, false) as is_fiscal,
        {{ starts_at('named.start_date') }} as started_at,
        {{ starts_at("named.end_date + interval '1' day") }} as ended_at,
        first_deal.first_day as first_deal_day,
        {{ today() }} as as_of_day
    from named
    inner join first_deal on named.end_date >= first_deal.first_day
    left join fiscal on named.start_date = fiscal.start_date and named.end_date = fiscal.end_date
    where named.start_date <= named.end_date
),

horizons as (
    {%- for days in (var('forecast_horizon_days') + [var('forecast_lead_days')]) | unique %}
    select {{ days }} as horizon_days
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

snapshots as (
    select
        periods.*,
        horizons.horizon_days,
        cast(periods.end_date - horizons.horizon_days * interval '1' day as date) as as_of_date
    from periods
    cross join horizons

    union distinct

    select
        *,
        {{ days_between('as_of_day', 'end_date') }} as horizon_days,
        as_of_day as as_of_date
    from periods
    where start_date <= as_of_day and end_date >= as_of_day
)

select
    start_date as period_start_date,
    end_date as period_end_date,
    period_name,
    is_fiscal,
    ended_at <= {{ known_until() }} as is_complete,
    started_at as period_started_at,
    ended_at as period_ended_at,
    cast(horizon_days as bigint) as horizon_days,
    as_of_date,
    least({{ starts_at("as_of_date + interval '1' day") }}, {{ known_until() }}) as snapshot_end_at,
    row_number() over (partition by start_date, end_date order by horizon_days) = 1 as is_latest
from snapshots
where as_of_date <= as_of_day and as_of_date >= first_deal_day
