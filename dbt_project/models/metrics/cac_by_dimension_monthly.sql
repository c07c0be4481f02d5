-- Grain: month_date × dimension × dimension_value: what winning customers of one channel, segment or partner role cost.
-- direct_cost was recorded for the value alone; shared_cost is its share of what was spent on several, spread by the
-- policy `cac_shared_cost`. What the policy spreads by nothing, such as a month without a customer, stays in `unknown`. Both
-- parts of a dimension add up to cac_monthly, to the cent, and are as unknown as its total.
with {{ cost_months() }},

{%- set dimensions = {'acquisition_channel': 'channel', 'segment': 'segment', 'partner_role': 'partner_role'} %}
{%- set keys = {'new_customers': 'new_customer_count', 'direct_cost': 'direct_cost', 'none': '0'} %}

company as (
    select * from {{ ref('cac_monthly') }}
),

parts as (
    {% for dimension, column in dimensions.items() -%}
    select
        cost_months.month_date,
        '{{ dimension }}' as dimension,
        costs.{{ column }} as dimension_value,
        case when costs.{{ column }} = 'unknown' then 0 else costs.cost end as direct_cost,
        case when costs.cost_type = 'ad_spend' then costs.cost else 0 end as ad_spend,
        0 as customers
    from {{ ref('fct_acquisition_costs') }} as costs
    inner join cost_months on costs.month_date = cost_months.cost_month_date
    where costs.purpose = 'acquisition'
    union all
    select month_date, '{{ dimension }}', {{ dimension }}, 0, 0, 1
    from {{ ref('fct_customer_acquisitions') }}
    union all
    select month_date, '{{ dimension }}', 'unknown', 0, 0, 0
    from company
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

totals as (
    select
        month_date,
        dimension,
        dimension_value,
        {{ sum_known('direct_cost') }} as direct_cost,
        {{ sum_known('ad_spend') }} as ad_spend,
        cast(sum(customers) as bigint) as new_customer_count
    from parts
    group by 1, 2, 3
),

weighed as (
    select
        *,
        cast(greatest({{ keys[var('cac_shared_cost')] }}, 0) as decimal(18, 2)) as weight,
        sum(direct_cost) over (partition by month_date, dimension) as dimension_direct_cost
    from totals
),

running as (
    select
        weighed.*,
        company.is_complete,
        cast(company.acquisition_cost - weighed.dimension_direct_cost as decimal(20, 2)) as to_share,
        sum(weighed.weight) over (partition by weighed.month_date, weighed.dimension) as total_weight,
        sum(weighed.weight) over (
            partition by weighed.month_date, weighed.dimension
            order by weighed.dimension_value rows unbounded preceding
        ) as weight_so_far
    from weighed
    inner join company on weighed.month_date = company.month_date
),

shared as (
    select
        *,
        case
            when to_share is null then null
            when total_weight > 0
                then
                    {{ divide('(to_share * weight_so_far)', 'total_weight', 2, 'decimal(34,4)', 'decimal(20,2)') }}
                    - {{ divide('(to_share * (weight_so_far - weight))', 'total_weight', 2, 'decimal(34,4)',
                        'decimal(20,2)') }}
            when dimension_value = 'unknown' then to_share
            else 0
        end as shared_cost
    from running
),

priced as (
    select *, cast(direct_cost + shared_cost as decimal(18, 2)) as acquisition_cost
    from shared
)

select
    month_date,
    is_complete,
    dimension,
    dimension_value,
    direct_cost,
    cast(shared_cost as decimal(18, 2)) as shared_cost,
    acquisition_cost,
    ad_spend,
    new_customer_count,
    '{{ var("reporting_currency") }}' as currency_code,
    {{ ratio('acquisition_cost', 'new_customer_count') }} as fully_loaded_cac,
    {{ ratio('direct_cost', 'new_customer_count') }} as direct_cac,
    {{ ratio('ad_spend', 'new_customer_count') }} as paid_cac
from priced
