-- Grain: month_date × milestone (`created`: deals opened in the month, `won`: deals won in it). A deal that partners have
-- several parts in counts in each, and once in the overlap; the roles do not add up to the deals with partners.
with totals as (
    select
        month_date,
        milestone,
        count(*) as deal_count,
        {{ sum_known('amount') }} as deal_amount,
        {%- for part in ['sourced', 'influenced', 'co_sold', 'partnered', 'overlap'] %}
        cast(sum(case when is_{{ part }} then 1 else 0 end) as bigint) as {{ part }}_count,
        {{ sum_known('case when is_' ~ part ~ ' then amount else 0 end') }} as {{ part }}_amount,
        {%- endfor %}
        cast(sum(case when is_refused then 1 else 0 end) as bigint) as refused_count,
        cast(sum(case when is_contested then 1 else 0 end) as bigint) as contested_count
    from {{ ref('fct_partner_milestones') }}
    group by 1, 2
)

select
    totals.month_date,
    months.is_complete,
    totals.milestone,
    totals.deal_count,
    totals.deal_amount,
    {%- for part in ['sourced', 'influenced', 'co_sold', 'partnered', 'overlap'] %}
    totals.{{ part }}_count,
    totals.{{ part }}_amount,
    {%- endfor %}
    totals.refused_count,
    totals.contested_count,
    {%- for part in ['sourced', 'influenced', 'co_sold'] %}
    {{ ratio('totals.' ~ part ~ '_count', 'totals.deal_count') }} as {{ part }}_rate,
    {{ ratio('totals.' ~ part ~ '_amount', 'totals.deal_amount') }} as {{ part }}_rate_by_amount,
    {%- endfor %}
    '{{ var("reporting_currency") }}' as currency_code
from totals
inner join {{ ref('dim_months') }} as months on totals.month_date = months.month_date
