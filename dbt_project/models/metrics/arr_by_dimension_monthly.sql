-- Grain: month_date × dimension × dimension_value, dimensions being segment, region, industry and
-- acquisition_channel. Each dimension adds up to arr_monthly; customers without a known value are `unknown`.
-- Dimensions are as of today: a customer that grew into another segment takes its history along.
with customers as (
    select * from {{ ref('dim_customers') }}
),

movements as (
    select * from {{ ref('fct_mrr_movements') }}
),

dimensions as (
    {% for dimension in ['segment', 'region', 'industry', 'acquisition_channel'] %}
    select customer_id, '{{ dimension }}' as dimension, {{ dimension }} as dimension_value
    from customers
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

{%- set parts = ['opening', 'new', 'reactivation', 'expansion', 'contraction', 'churn', 'fx'] %}

select
    movements.month_date,
    movements.is_complete,
    dimensions.dimension,
    dimensions.dimension_value,
    {%- for part in parts %}
    {{ sum_known('movements.' ~ part) }} as {{ part }}_mrr,
    {%- endfor %}
    {{ sum_known('movements.closing') }} as mrr,
    {{ sum_known('movements.closing * 12') }} as arr,
    '{{ var("reporting_currency") }}' as currency_code,
    cast(sum(case when movements.opening > 0 then 1 else 0 end) as bigint) as opening_customer_count,
    cast(sum(case when movements.closing > 0 then 1 else 0 end) as bigint) as customer_count
from movements
inner join dimensions on movements.customer_id = dimensions.customer_id
group by 1, 2, 3, 4
