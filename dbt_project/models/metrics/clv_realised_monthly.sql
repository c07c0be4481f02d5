-- Grain: cohort_month_date: realised customer lifetime value of the whole cohort, a column for each horizon.
{% set horizons = ['30', '60', '90', '180', '365', 'to_date'] -%}
select
    cohort_month_date,
    {%- for horizon in horizons %}
    {%- set suffix = horizon ~ ('_days' if horizon != 'to_date' else '') %}
    max(case when horizon = '{{ horizon }}' then gross_margin_revenue end) as gross_margin_revenue_{{ suffix }},
    max(case when horizon = '{{ horizon }}' then realised_clv end) as realised_clv_{{ suffix }},
    {%- endfor %}
    is_complete,
    max(customer_count) as customer_count,
    currency_code
from {{ ref('clv_realised_by_cohort') }}
where dimension = 'total'
group by cohort_month_date, is_complete, currency_code
