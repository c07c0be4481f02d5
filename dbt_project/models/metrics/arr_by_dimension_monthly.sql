-- Grain: month_date × dimension × dimension_value: what arr_monthly has, for each value of each dimension of customers.
-- Each dimension adds up to arr_monthly; customers without a known value are `unknown`, and so are those whom billing
-- names but `customers` lacks.
-- Dimensions are as of today: a customer that grew into another segment takes its history along.
with movements as (
    select * from {{ ref('fct_mrr_movements') }}
),

dimensioned as (
    {{ by_customer_dimension('movements', customer_dimensions()) }}
),

totals as (
    select
        month_date,
        is_complete,
        dimension,
        dimension_value,
        {{- arr_sums() }}
    from dimensioned
    group by 1, 2, 3, 4
)

select
    month_date,
    is_complete,
    dimension,
    dimension_value,
    {{- arr_measures('totals') }}
from totals
