-- Grain: period_start_date, fiscal periods that are over: how well revenue can be foreseen, in five parts, each with its
-- numerator and denominator, and an index of them whose weights are a setting. The index is the weighted mean of
-- parts between 0 and 1: the recurring share; 1 less the coefficient of variation; the coverage; the share of forecasts
-- within 10 %; 1 less the volatility. It is empty while a part with a weight is unknown.
{%- set weights = var('predictability_weights') %}
with periods as (
    select
        *,
        row_number() over (order by period_start_date) as position
    from {{ ref('fct_revenue_periods') }}
),

windows as (
    select
        periods.period_start_date,
        earlier.position - periods.position + 4.5 - 1 as x,
        cast(earlier.revenue_amount as double) as y
    from periods
    inner join periods as earlier
        on earlier.position <= periods.position and earlier.position > periods.position - 8
),

regressions as (
    select
        period_start_date,
        count(y) as period_count,
        avg(y) as mean,
        greatest(sum(y * y) - sum(y) * sum(y) / count(y) - sum(x * y) * sum(x * y) / 42.0, 0) as residual_squares
    from windows
    group by 1
    having count(y) = 8
),

forecasts as (
    select
        periods.period_start_date,
        count(*) as forecast_count,
        cast(sum(case when accuracy.absolute_error <= 0.05 * accuracy.absolute_actual then 1 else 0 end) as bigint)
            as within_five_percent_count,
        cast(sum(case when accuracy.absolute_error <= 0.10 * accuracy.absolute_actual then 1 else 0 end) as bigint)
            as within_ten_percent_count
    from periods
    inner join periods as earlier
        on earlier.position <= periods.position and earlier.position > periods.position - 8
    inner join {{ ref('forecast_accuracy_by_period') }} as accuracy
        on
            accuracy.is_headline
            and accuracy.dimension = 'total'
            and earlier.period_start_date = accuracy.period_start_date
            and accuracy.absolute_error is not null
    group by 1
),

revisions as (
    select
        period_start_date,
        actual_amount,
        abs(
            forecast_amount - lag(forecast_amount) over (
                partition by period_start_date, period_end_date order by horizon_days desc
            )
        ) as revision
    from {{ ref('fct_forecasts') }}
    where method = 'weighted' and dimension = 'total' and is_fiscal and is_complete
),

moved as (
    select
        period_start_date,
        max(actual_amount) as actual_amount,
        sum(revision) as revision_amount
    from revisions
    group by 1
),

volatilities as (
    select
        periods.period_start_date,
        {{ sum_known('moved.revision_amount') }} as revision_amount,
        {{ sum_known('moved.actual_amount') }} as booked_amount
    from periods
    inner join periods as earlier
        on earlier.position <= periods.position and earlier.position > periods.position - 8
    inner join moved on earlier.period_start_date = moved.period_start_date
    group by 1
),

parts as (
    select
        periods.period_start_date,
        periods.period_end_date,
        periods.period_name,
        periods.is_complete,
        periods.revenue_amount,
        periods.recurring_amount,
        {{ ratio('periods.recurring_amount', 'periods.revenue_amount') }} as recurring_share,
        cast(round(regressions.mean, 2) as decimal(18, 2)) as trailing_mean_revenue,
        cast(round(power(regressions.residual_squares / 6, 0.5), 2) as decimal(18, 2)) as trailing_deviation,
        periods.contracted_amount,
        periods.renewal_due_amount,
        retention.trailing_year_gross_revenue_retention as gross_revenue_retention,
        cast(
            periods.contracted_amount
            + round(periods.renewal_due_amount * retention.trailing_year_gross_revenue_retention, 2)
            as decimal(18, 2)
        ) as committed_amount,
        periods.next_plan_amount,
        periods.plan_basis,
        forecasts.forecast_count,
        forecasts.within_five_percent_count,
        forecasts.within_ten_percent_count,
        volatilities.revision_amount,
        volatilities.booked_amount
    from periods
    left join regressions on periods.period_start_date = regressions.period_start_date
    left join forecasts on periods.period_start_date = forecasts.period_start_date
    left join volatilities on periods.period_start_date = volatilities.period_start_date
    left join {{ ref('retention_monthly') }} as retention on periods.closing_month_date = retention.month_date
),

rated as (
    select
        *,
        {{ ratio('trailing_deviation', 'trailing_mean_revenue') }} as coefficient_of_variation,
        {{ ratio('committed_amount', 'next_plan_amount') }} as committed_coverage,
        {{ ratio('within_five_percent_count', 'forecast_count') }} as share_within_five_percent,
        {{ ratio('within_ten_percent_count', 'forecast_count') }} as share_within_ten_percent,
        {{ ratio('revision_amount', 'booked_amount') }} as forecast_revision_volatility
    from parts
)

select
    *,
    cast(
        (
            {%- for part, score in [
                ('recurring_share', 'recurring_share'),
                ('stability', '1 - coefficient_of_variation'),
                ('committed_coverage', 'committed_coverage'),
                ('forecast_hits', 'share_within_ten_percent'),
                ('forecast_steadiness', '1 - forecast_revision_volatility'),
            ] if weights[part] %}
            {{ '+ ' if not loop.first }}{{ weights[part] }}
            * case when {{ score }} < 0 then 0 when {{ score }} > 1 then 1 else {{ score }} end
            {%- endfor %}
        ) / {{ weights.values() | sum }} as decimal(18, 6)
    ) as predictability_index,
    '{{ weights.items() | map("join", " ") | join(", ") }}' as index_weights,
    '{{ var("reporting_currency") }}' as currency_code
from rated
