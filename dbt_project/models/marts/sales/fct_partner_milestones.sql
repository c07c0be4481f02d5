-- Grain: opportunity_id × milestone (`created`: the deal was opened, `won`: it was won), every deal: the month, the amount
-- in reporting currency (none counts as 0), and which parts partners have in it.
with milestones as (
    select
        opportunity_id,
        {{ month_at('created_at') }} as month_date,
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
        max(case when role = '{{ role }}' then 1 else 0 end) = 1 as is_{{ role }},
        {%- endfor %}
        max(case when is_contested then 1 else 0 end) = 1 as is_contested
    from {{ ref('fct_partner_roles') }}
    group by 1
)

select
    milestones.opportunity_id,
    milestones.milestone,
    milestones.month_date,
    milestones.amount,
    coalesce(roles.is_sourced, false) as is_sourced,
    coalesce(roles.is_influenced, false) as is_influenced,
    coalesce(roles.is_co_sold, false) as is_co_sold,
    coalesce(roles.is_sourced or roles.is_influenced, false) as is_partnered,
    -- Whoever co-sold a deal sourced or influenced it too.
    coalesce(roles.is_co_sold or (roles.is_sourced and roles.is_influenced), false) as is_overlap,
    coalesce(roles.is_refused, false) as is_refused,
    coalesce(roles.is_contested, false) as is_contested
from milestones
left join roles on milestones.opportunity_id = roles.opportunity_id
