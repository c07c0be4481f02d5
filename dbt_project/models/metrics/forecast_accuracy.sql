-- Grain: horizon_days × method × forecast_category × dimension × dimension_value × is_fiscal: forecasts of all periods
-- that are over together. WAPE = Σ|A−F| ÷ Σ|A|; MAPE the mean of |A−F| ÷ |A| where A is not 0; bias = Σ(F−A) ÷ ΣA;
-- accuracy = max(0, 1 − WAPE); skill over the periods that have a baseline; MASE = mean |A−F| ÷ mean |A − the A of the
-- period before|. A period whose forecast or actual is unknown counts in none of them.
with measured as (
    select
        *,
        {{ ratio('absolute_error', 'absolute_actual') }} as percentage_error,
        lag(actual_amount) over (
            partition by horizon_days, method, forecast_category, dimension, dimension_value, is_fiscal
            order by period_start_date, period_end_date
        ) as previous_actual
    from {{ ref('forecast_accuracy_by_period') }}
    where absolute_error is not null
),

totals as (
    select
        horizon_days,
        method,
        forecast_category,
        dimension,
        dimension_value,
        is_fiscal,
        min(period_start_date) as first_period_start_date,
        max(period_end_date) as last_period_end_date,
        count(*) as period_count,
        {{ sum_known('forecast_amount') }} as forecast_amount,
        {{ sum_known('actual_amount') }} as actual_amount,
        {{ sum_known('error_amount') }} as error_amount,
        {{ sum_known('absolute_error') }} as absolute_error,
        {{ sum_known('absolute_actual') }} as absolute_actual,
        least({{ sum_known('absolute_error') }}, {{ sum_known('absolute_actual') }}) as counted_error,
        cast(sum(percentage_error) as decimal(20, 6)) as percentage_error_sum,
        count(percentage_error) as percentage_error_count,
        cast(sum(case when naive_absolute_error is not null then absolute_error end) as decimal(18, 2))
            as compared_absolute_error,
        cast(sum(naive_absolute_error) as decimal(18, 2)) as naive_absolute_error,
        cast(sum(abs(actual_amount - previous_actual)) as decimal(18, 2)) as step_sum,
        count(previous_actual) as step_count
    from measured
    group by 1, 2, 3, 4, 5, 6
)

select
    horizon_days,
    method,
    forecast_category,
    dimension,
    dimension_value,
    is_fiscal,
    first_period_start_date,
    last_period_end_date,
    period_count,
    forecast_amount,
    actual_amount,
    '{{ var("reporting_currency") }}' as currency_code,
    absolute_error,
    absolute_actual,
    compared_absolute_error,
    naive_absolute_error,
    {{ ratio('absolute_error', 'absolute_actual') }} as weighted_absolute_percentage_error,
    {{ divide('percentage_error_sum', 'percentage_error_count', 6, 'decimal(20,6)') }}
        as mean_absolute_percentage_error,
    {{ ratio('error_amount', 'actual_amount') }} as bias,
    {{ ratio('(absolute_actual - counted_error)', 'absolute_actual') }}
        as forecast_accuracy,
    {{ ratio('(naive_absolute_error - compared_absolute_error)', 'naive_absolute_error') }} as skill,
    {{ ratio('absolute_error * step_count', 'step_sum * period_count') }} as mean_absolute_scaled_error
from totals
