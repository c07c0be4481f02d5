{# Rows of `fct_mrr_movements` added up by whatever the query groups by; `arr_measures` makes the published columns of it. #}
{% macro arr_sums() -%}
    {%- for part in ['opening', 'new', 'reactivation', 'expansion', 'contraction', 'churn', 'fx', 'closing'] %}
        {{ sum_known(part) }} as {{ part }},
    {%- endfor %}
        sum(case when was_paying then 1 else 0 end) as opening_customer_count,
        sum(case when is_paying then 1 else 0 end) as customer_count,
        sum(case when movement = 'new' then 1 else 0 end) as new_customer_count,
        sum(case when movement = 'reactivation' then 1 else 0 end) as reactivated_customer_count,
        sum(case when movement in ('churn', 'new', 'reactivation') and not is_paying then 1 else 0 end)
            as churned_customer_count
{%- endmacro %}

{# The walk of MRR and the rates that follow from it, of a relation with the columns of `arr_sums`. #}
{% macro arr_measures(totals) -%}
    {%- for part in ['opening', 'new', 'reactivation', 'expansion', 'contraction', 'churn', 'fx'] %}
    {{ totals }}.{{ part }} as {{ part }}_mrr,
    {%- endfor %}
    {{ totals }}.closing as mrr,
    cast({{ totals }}.closing - {{ totals }}.opening as decimal(18, 2)) as net_new_mrr,
    cast({{ totals }}.closing * 12 as decimal(18, 2)) as arr,
    cast(({{ totals }}.closing - {{ totals }}.opening) * 12 as decimal(18, 2)) as net_new_arr,
    '{{ var("reporting_currency") }}' as currency_code,
    {%- for count in ['opening', 'new', 'reactivated', 'churned'] %}
    cast({{ totals }}.{{ count }}_customer_count as bigint) as {{ count }}_customer_count,
    {%- endfor %}
    cast({{ totals }}.customer_count as bigint) as customer_count,
    {%- set won = '(' ~ totals ~ '.new + ' ~ totals ~ '.expansion + ' ~ totals ~ '.reactivation)' %}
    {%- set lost = '(' ~ totals ~ '.churn + ' ~ totals ~ '.contraction)' %}
    {%- set net_lost = '(' ~ totals ~ '.churn + ' ~ totals ~ '.contraction - ' ~ totals ~ '.expansion - '
        ~ totals ~ '.reactivation)' %}
    {{ ratio(totals ~ '.churned_customer_count', totals ~ '.opening_customer_count') }} as logo_churn_rate,
    {{ ratio(lost, totals ~ '.opening') }} as gross_revenue_churn_rate,
    {{ ratio(net_lost, totals ~ '.opening') }} as net_revenue_churn_rate,
    {{ ratio(won, lost) }} as quick_ratio
{%- endmacro %}

{# Months of a window of retention, and what its columns begin with. #}
{% macro retention_windows() -%}
    {{ return([(1, ''), (12, 'trailing_year_')]) }}
{%- endmacro %}

{# Rows of `fct_mrr_retention` added up by whatever the query groups by, each window in columns of its own. #}
{% macro retention_sums() -%}
    {%- for months, prefix in retention_windows() %}
        {%- set own = 'window_months = ' ~ months %}
        sum(case when {{ own }} and is_in_opening_cohort then 1 else 0 end) as {{ prefix }}opening_customer_count,
        sum(case when {{ own }} and is_retained then 1 else 0 end) as {{ prefix }}retained_customer_count,
        {%- for part in ['opening', 'retained', 'closing', 'reactivated'] %}
        {{ sum_known('case when ' ~ own ~ ' then ' ~ part ~ ' else 0 end') }} as {{ prefix }}{{ part }}_mrr,
        {%- endfor %}
    {%- endfor %}
        count(*) as row_count
{%- endmacro %}

{# The published columns of retention, of a relation with the columns of `retention_sums`. #}
{% macro retention_measures() -%}
    {%- for months, prefix in retention_windows() %}
    cast({{ prefix }}opening_customer_count as bigint) as {{ prefix }}opening_customer_count,
    cast({{ prefix }}retained_customer_count as bigint) as {{ prefix }}retained_customer_count,
    {{ prefix }}opening_mrr,
    {{ prefix }}retained_mrr,
    {{ prefix }}closing_mrr,
    {{ prefix }}reactivated_mrr,
    cast({{ prefix }}closing_mrr + {{ prefix }}reactivated_mrr as decimal(18, 2))
        as {{ prefix }}closing_mrr_with_reactivation,
    {{ ratio(prefix ~ 'retained_customer_count', prefix ~ 'opening_customer_count') }} as {{ prefix }}logo_retention,
    {{ ratio(prefix ~ 'retained_mrr', prefix ~ 'opening_mrr') }} as {{ prefix }}gross_revenue_retention,
    {{ ratio(prefix ~ 'closing_mrr', prefix ~ 'opening_mrr') }} as {{ prefix }}net_revenue_retention,
    {{ ratio('(' ~ prefix ~ 'closing_mrr + ' ~ prefix ~ 'reactivated_mrr)', prefix ~ 'opening_mrr') }}
        as {{ prefix }}net_revenue_retention_with_reactivation,
    {%- endfor %}
    '{{ var("reporting_currency") }}' as currency_code
{%- endmacro %}
