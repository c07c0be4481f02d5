-- Grain: month_date × dimension × dimension_value, dimensions being segment, region, industry and
-- acquisition_channel. Each dimension adds up to arr_monthly; customers without a known value are `unknown`, and so are
-- those whom billing names but `customers` lacks.
-- Dimensions are as of today: a customer that grew into another segment takes its history along.
with movements as (
    select * from {{ ref('fct_mrr_movements') }}
),

dimensioned as (
    {{ by_customer_dimension('movements', customer_dimensions()) }}
)

{%- set parts = ['opening', 'new', 'reactivation', 'expansion', 'contraction', 'churn', 'fx'] %}

select
    month_date,
    is_complete,
    dimension,
    dimension_value,
    {%- for part in parts %}
    {{ sum_known(part) }} as {{ part }}_mrr,
    {%- endfor %}
    {{ sum_known('closing') }} as mrr,
    {{ sum_known('closing * 12') }} as arr,
    '{{ var("reporting_currency") }}' as currency_code,
    cast(sum(case when was_paying then 1 else 0 end) as bigint) as opening_customer_count,
    cast(sum(case when is_paying then 1 else 0 end) as bigint) as customer_count
from dimensioned
group by 1, 2, 3, 4
