-- Grain: month_date. Retention over the month, and over the twelve months that end with it, of whoever paid when the
-- window opened. Net retention is published without and with the revenue of customers who left and came back.
with retention as (
    select * from {{ ref('fct_mrr_retention') }}
),

{%- set windows = [(1, ''), (12, 'trailing_year_')] %}

totals as (
    select
        month_date,
        is_complete,
        {%- for months, prefix in windows %}
        {%- set own = 'window_months = ' ~ months %}
        sum(case when {{ own }} and is_in_opening_cohort then 1 else 0 end) as {{ prefix }}opening_customer_count,
        sum(case when {{ own }} and is_retained then 1 else 0 end) as {{ prefix }}retained_customer_count,
        {%- for part in ['opening', 'retained', 'closing', 'reactivated'] %}
        {{ sum_known('case when ' ~ own ~ ' then ' ~ part ~ ' else 0 end') }} as {{ prefix }}{{ part }}_mrr,
        {%- endfor %}
        {%- endfor %}
        count(*) as row_count
    from retention
    group by 1, 2
)

select
    month_date,
    is_complete,
    {%- for months, prefix in windows %}
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
from totals
