-- Grain: cohort_month_date × dimension × dimension_value × horizon: what customers have brought, on average, by a number
-- of days after each became one, as earned by day and less its own cost. A horizon is empty until the youngest of the
-- cohort has reached it, so that cohorts compare.
with customers as (
    select * from {{ ref('fct_customer_lifetime_revenue') }}
),

dimensioned as (
    {{ by_customer_dimension('customers', ['segment', 'acquisition_channel'], total=true) }}
),

cohorts as (
    select
        cohort_month_date,
        dimension,
        dimension_value,
        horizon,
        horizon_days,
        count(*) as customer_count,
        max(ends_on) as last_ends_on,
        {{ sum_known('revenue') }} as revenue,
        cast(
            case when count(*) = count(gross_margin_revenue) then round(sum(gross_margin_revenue), 2) end
            as decimal(18, 2)
        ) as gross_margin_revenue
    from dimensioned
    group by 1, 2, 3, 4, 5
),

judged as (
    select
        cohorts.*,
        months.is_complete,
        cohorts.horizon_days is null
        or (months.is_complete and cohorts.last_ends_on <= {{ today() }} + interval '1' day) as is_reached
    from cohorts
    inner join {{ ref('dim_months') }} as months on cohorts.cohort_month_date = months.month_date
)

select
    cohort_month_date,
    dimension,
    dimension_value,
    horizon,
    horizon_days,
    is_complete,
    is_reached,
    customer_count,
    case when is_reached then revenue end as revenue,
    case when is_reached then gross_margin_revenue end as gross_margin_revenue,
    '{{ var("reporting_currency") }}' as currency_code,
    case when is_reached then {{ ratio('gross_margin_revenue', 'customer_count') }} end as realised_clv
from judged
