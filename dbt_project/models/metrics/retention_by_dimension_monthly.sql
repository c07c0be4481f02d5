-- Grain: month_date × window_months × dimension × dimension_value; each dimension adds up to retention_monthly.
with retention as (
    select * from {{ ref('fct_mrr_retention') }}
),

dimensioned as (
    {{ by_customer_dimension('retention', customer_dimensions()) }}
),

totals as (
    select
        month_date,
        is_complete,
        window_months,
        dimension,
        dimension_value,
        sum(case when is_in_opening_cohort then 1 else 0 end) as opening_customer_count,
        sum(case when is_retained then 1 else 0 end) as retained_customer_count,
        {{ sum_known('opening') }} as opening_mrr,
        {{ sum_known('retained') }} as retained_mrr,
        {{ sum_known('closing') }} as closing_mrr,
        {{ sum_known('reactivated') }} as reactivated_mrr
    from dimensioned
    group by 1, 2, 3, 4, 5
)

select
    month_date,
    is_complete,
    window_months,
    dimension,
    dimension_value,
    cast(opening_customer_count as bigint) as opening_customer_count,
    cast(retained_customer_count as bigint) as retained_customer_count,
    opening_mrr,
    retained_mrr,
    closing_mrr,
    reactivated_mrr,
    '{{ var("reporting_currency") }}' as currency_code,
    {{ ratio('retained_customer_count', 'opening_customer_count') }} as logo_retention,
    {{ ratio('retained_mrr', 'opening_mrr') }} as gross_revenue_retention,
    {{ ratio('closing_mrr', 'opening_mrr') }} as net_revenue_retention,
    {{ ratio('(closing_mrr + reactivated_mrr)', 'opening_mrr') }} as net_revenue_retention_with_reactivation
from totals
