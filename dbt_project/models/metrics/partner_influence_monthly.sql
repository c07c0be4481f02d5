-- Grain: month_date × milestone (`created`: deals opened in the month, `won`: deals won in it). A deal that partners have
-- several parts in counts in each, and once in the overlap; the roles do not add up to the deals with partners.
with milestones as (
    select
        opportunity_id,
        {{ month_of('created_at') }} as month_date,
        'created' as milestone,
        case when amount is null then 0 else amount_reporting end as amount
    from {{ ref('fct_opportunities') }}
    where created_at is not null

    union all

    select
        opportunity_id,
        closed_month_date,
        'won',
        case when amount is null then 0 else amount_reporting end
    from {{ ref('fct_opportunities') }}
    where is_won and closed_at is not null
),

roles as (
    select
        opportunity_id,
        {%- for role in ['sourced', 'influenced', 'co_sold', 'refused'] %}
        max(case when role = '{{ role }}' then 1 else 0 end) as is_{{ role }},
        {%- endfor %}
        max(case when is_contested then 1 else 0 end) as is_contested
    from {{ ref('fct_partner_roles') }}
    group by 1
),

described as (
    select
        milestones.*,
        coalesce(roles.is_sourced, 0) as is_sourced,
        coalesce(roles.is_influenced, 0) as is_influenced,
        coalesce(roles.is_co_sold, 0) as is_co_sold,
        case when roles.is_sourced + roles.is_influenced > 0 then 1 else 0 end as is_partnered,
        case when roles.is_sourced + roles.is_influenced + roles.is_co_sold > 1 then 1 else 0 end as is_overlap,
        coalesce(roles.is_refused, 0) as is_refused,
        coalesce(roles.is_contested, 0) as is_contested
    from milestones
    left join roles on milestones.opportunity_id = roles.opportunity_id
),

totals as (
    select
        month_date,
        milestone,
        count(*) as deal_count,
        {{ sum_known('amount') }} as deal_amount,
        {%- for part in ['sourced', 'influenced', 'co_sold', 'partnered', 'overlap'] %}
        cast(sum(is_{{ part }}) as bigint) as {{ part }}_count,
        {{ sum_known('case when is_' ~ part ~ ' = 1 then amount else 0 end') }} as {{ part }}_amount,
        {%- endfor %}
        cast(sum(is_refused) as bigint) as refused_count,
        cast(sum(is_contested) as bigint) as contested_count
    from described
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
    '{{ var("reporting_currency") }}' as currency_code,
    {%- for part in ['sourced', 'influenced', 'co_sold'] %}
    {{ ratio('totals.' ~ part ~ '_count', 'totals.deal_count') }} as {{ part }}_rate,
    {{ ratio('totals.' ~ part ~ '_amount', 'totals.deal_amount') }} as {{ part }}_rate_by_amount{{ ',' if not loop.last }}
    {%- endfor %}
from totals
inner join {{ ref('dim_months') }} as months on totals.month_date = months.month_date
