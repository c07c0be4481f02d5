-- Grain: month_date × dimension × dimension_value: what winning customers of one channel, segment or partner role cost.
-- direct_cost was recorded for the value alone; shared_cost is its share of what was spent on several, spread by the
-- policy `cac_shared_cost`. What the policy spreads by nothing, such as a month without a customer, stays in `unknown`. Both
-- parts of a dimension add up to cac_monthly, to the cent, and are as unknown as its total. So does ad_spend,
-- of which what no campaign says is spread over the customers whom channels with ad spend brought.
with {{ cost_months() }},

{%- set dimensions = {'acquisition_channel': 'channel', 'segment': 'segment', 'partner_role': 'partner_role'} %}
{%- set keys = {'new_customers': 'new_customer_count', 'direct_cost': 'direct_cost', 'none': '0'} %}
{%- set paid_keys = {'new_customers': 'paid_customer_count', 'direct_cost': 'direct_ad_spend', 'none': '0'} %}

company as (
    select * from {{ ref('cac_monthly') }}
),

acquired as (
    select
        acquisitions.*,
        case when paid_channels.channel is not null then 1 else 0 end as is_paid
    from {{ ref('fct_customer_acquisitions') }} as acquisitions
    left join (select distinct channel from {{ ref('fct_marketing_spend_daily') }}) as paid_channels
        on acquisitions.acquisition_channel = paid_channels.channel
),

parts as (
    {% for dimension, column in dimensions.items() -%}
    select
        cost_months.month_date,
        '{{ dimension }}' as dimension,
        costs.{{ column }} as dimension_value,
        case when costs.{{ column }} = 'unknown' then 0 else costs.cost end as direct_cost,
        case when costs.cost_type = 'ad_spend' and costs.{{ column }} <> 'unknown' then costs.cost else 0 end
            as direct_ad_spend,
        0 as customers,
        0 as paid_customers
    from {{ ref('fct_acquisition_costs') }} as costs
    inner join cost_months on costs.month_date = cost_months.cost_month_date
    where costs.purpose = 'acquisition'
    union all
    select month_date, '{{ dimension }}', {{ dimension }}, 0, 0, 1, is_paid
    from acquired
    union all
    select month_date, '{{ dimension }}', 'unknown', 0, 0, 0, 0
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
        cast(sum(customers) as bigint) as new_customer_count,
        cast(sum(paid_customers) as bigint) as paid_customer_count,
        {{ sum_known('direct_ad_spend') }} as direct_ad_spend
    from parts
    group by 1, 2, 3
),

weighed as (
    select
        *,
        cast(greatest({{ keys[var('cac_shared_cost')] }}, 0) as decimal(18, 2)) as weight,
        cast(greatest({{ paid_keys[var('cac_shared_cost')] }}, 0) as decimal(18, 2)) as paid_weight,
        sum(direct_cost) over (partition by month_date, dimension) as dimension_direct_cost,
        sum(direct_ad_spend) over (partition by month_date, dimension) as dimension_direct_ad_spend
    from totals
),

running as (
    select
        weighed.*,
        company.is_complete,
        cast(company.acquisition_cost - weighed.dimension_direct_cost as decimal(20, 2)) as to_share,
        cast(company.ad_spend - weighed.dimension_direct_ad_spend as decimal(20, 2)) as paid_to_share,
        sum(weighed.weight) over (partition by weighed.month_date, weighed.dimension) as total_weight,
        sum(weighed.weight) over (
            partition by weighed.month_date, weighed.dimension
            order by weighed.dimension_value rows unbounded preceding
        ) as weight_so_far,
        sum(weighed.paid_weight) over (partition by weighed.month_date, weighed.dimension) as paid_total_weight,
        sum(weighed.paid_weight) over (
            partition by weighed.month_date, weighed.dimension
            order by weighed.dimension_value rows unbounded preceding
        ) as paid_weight_so_far
    from weighed
    inner join company on weighed.month_date = company.month_date
),

shared as (
    select
        *,
        {{ share_of_cost('') }} as shared_cost,
        {{ share_of_cost('paid_') }} as shared_ad_spend
    from running
),

priced as (
    select
        *,
        cast(direct_cost + shared_cost as decimal(18, 2)) as acquisition_cost,
        cast(direct_ad_spend + shared_ad_spend as decimal(18, 2)) as ad_spend
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
    direct_ad_spend,
    ad_spend,
    new_customer_count,
    paid_customer_count,
    '{{ var("reporting_currency") }}' as currency_code,
    {{ ratio('acquisition_cost', 'new_customer_count') }} as fully_loaded_cac,
    {{ ratio('direct_cost', 'new_customer_count') }} as direct_cac,
    {{ ratio('ad_spend', 'paid_customer_count') }} as paid_cac
from priced
