{#
  CTE `cost_months`: the month whose cost is set against the customers of each month, by the policy `cac_cost_lag`. The
  median sales cycle is that of all won opportunities, in whole months of 30.4375 days.
#}
{% macro cost_months() -%}
cost_lag as (
    {%- if var('cac_cost_lag') == 'median_sales_cycle' %}
    select cast(round({{ percentile(0.5, 'cycle_days') }} / 30.4375, 0) as bigint) as lag_months
    from {{ ref('fct_opportunities') }}
    where is_won
    {%- else %}
    select cast({{ 1 if var('cac_cost_lag') == 'one_period' else 0 }} as bigint) as lag_months
    {%- endif %}
),

cost_months as (
    select
        months.month_date,
        months.is_complete,
        cast(months.month_date - cost_lag.lag_months * interval '1' month as date) as cost_month_date
    from {{ ref('dim_months') }} as months
    cross join cost_lag
)
{%- endmacro %}

{#
  A row's share of `to_share` in proportion to its weight: the difference of two rounded running shares, so that the shares
  add up to the cent. Without any weight all of it stays with `unknown`.
#}
{% macro share_of_cost(prefix) -%}
    {%- set before = '(' ~ prefix ~ 'weight_so_far - ' ~ prefix ~ 'weight)' -%}
    case
            when {{ prefix }}to_share is null then null
            when {{ prefix }}total_weight > 0
                then
                    {{ divide('(' ~ prefix ~ 'to_share * ' ~ prefix ~ 'weight_so_far)', prefix ~ 'total_weight', 2,
                        'decimal(34,4)', 'decimal(20,2)') }}
                    - {{ divide('(' ~ prefix ~ 'to_share * ' ~ before ~ ')', prefix ~ 'total_weight', 2,
                        'decimal(34,4)', 'decimal(20,2)') }}
            when dimension_value = 'unknown' then {{ prefix }}to_share
            else 0
        end
{%- endmacro %}
