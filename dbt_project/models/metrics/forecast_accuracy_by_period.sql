-- Grain: period × horizon_days × method × forecast_category × dimension × dimension_value, periods that are over: how
-- far a forecast was from what was booked. The skill compares with the baseline that `forecast_naive` names, of the
-- same period, day, owner or team: 0 is no better than it, 1 is perfect, below 0 worse.
with forecasts as (
    select * from {{ ref('fct_forecasts') }} where is_complete
),

baselines as (
    select * from forecasts where method = 'naive_{{ var("forecast_naive") }}'
),

measured as (
    select
        forecasts.*,
        cast(forecasts.forecast_amount - forecasts.actual_amount as decimal(18, 2)) as error_amount,
        cast(abs(forecasts.forecast_amount - forecasts.actual_amount) as decimal(18, 2)) as absolute_error,
        cast(abs(forecasts.actual_amount) as decimal(18, 2)) as absolute_actual,
        case
            when abs(forecasts.forecast_amount - forecasts.actual_amount) < abs(forecasts.actual_amount)
                then abs(forecasts.forecast_amount - forecasts.actual_amount)
            when forecasts.forecast_amount is not null then abs(forecasts.actual_amount)
        end as counted_error,
        cast(abs(baselines.forecast_amount - baselines.actual_amount) as decimal(18, 2)) as naive_absolute_error
    from forecasts
    left join baselines
        on
            forecasts.period_start_date = baselines.period_start_date
            and forecasts.period_end_date = baselines.period_end_date
            and forecasts.horizon_days = baselines.horizon_days
            and forecasts.dimension = baselines.dimension
            and forecasts.dimension_value = baselines.dimension_value
)

select
    period_start_date,
    period_end_date,
    period_name,
    is_complete,
    is_fiscal,
    horizon_days,
    as_of_date,
    method,
    forecast_category,
    is_fiscal and method = 'weighted' and horizon_days = {{ var("forecast_lead_days") }} as is_headline,
    dimension,
    dimension_value,
    forecast_amount,
    actual_amount,
    currency_code,
    error_amount,
    absolute_error,
    absolute_actual,
    naive_absolute_error,
    cast(absolute_actual - counted_error as decimal(18, 2)) as accurate_amount,
    {{ ratio('absolute_error', 'absolute_actual') }} as weighted_absolute_percentage_error,
    {{ ratio('error_amount', 'actual_amount') }} as bias,
    {{ ratio('(absolute_actual - counted_error)', 'absolute_actual') }}
        as forecast_accuracy,
    {{ ratio('(naive_absolute_error - absolute_error)', 'naive_absolute_error') }} as skill
from measured
