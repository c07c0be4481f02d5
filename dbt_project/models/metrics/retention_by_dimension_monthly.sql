-- Grain: month_date × dimension × dimension_value: what retention_monthly has, for each value of each dimension of
-- customers; each dimension adds up to retention_monthly.
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
        dimension,
        dimension_value,
        {{- retention_sums() }}
    from dimensioned
    group by 1, 2, 3, 4
)

select
    month_date,
    is_complete,
    dimension,
    dimension_value,
    {{- retention_measures() }}
from totals
