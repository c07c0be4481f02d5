-- Grain: month_date × dimension × dimension_value: cost that belongs to one channel, segment or partner role alone, and
-- the customers it won. What several share is in `unknown`, not spread by a key, so that each dimension adds up to
-- cac_monthly; a value's cost is therefore the least it can have been.
with {{ cost_months() }},

{%- set dimensions = {'acquisition_channel': 'channel', 'segment': 'segment', 'partner_role': 'partner_role'} %}

costs as (
    {% for dimension, column in dimensions.items() -%}
    select
        month_date,
        '{{ dimension }}' as dimension,
        {{ column }} as dimension_value,
        cost,
        case when cost_type = 'ad_spend' then cost else 0 end as ad_spend
    from {{ ref('fct_acquisition_costs') }}
    where purpose = 'acquisition'
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

spent as (
    select
        cost_months.month_date,
        costs.dimension,
        costs.dimension_value,
        costs.cost,
        costs.ad_spend,
        cast(0 as bigint) as customers
    from costs
    inner join cost_months on costs.month_date = cost_months.cost_month_date
),

acquired as (
    {% for dimension in dimensions -%}
    select
        month_date,
        '{{ dimension }}' as dimension,
        {{ dimension }} as dimension_value,
        cast(0 as decimal(18, 2)) as cost,
        cast(0 as decimal(18, 2)) as ad_spend,
        cast(1 as bigint) as customers
    from {{ ref('fct_customer_acquisitions') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

both_sides as (
    select * from spent
    union all
    select * from acquired
),

totals as (
    select
        month_date,
        dimension,
        dimension_value,
        {{ sum_known('cost') }} as cost,
        {{ sum_known('ad_spend') }} as ad_spend,
        cast(sum(customers) as bigint) as new_customer_count
    from both_sides
    group by 1, 2, 3
)

select
    totals.month_date,
    months.is_complete,
    totals.dimension,
    totals.dimension_value,
    totals.cost,
    totals.ad_spend,
    totals.new_customer_count,
    '{{ var("reporting_currency") }}' as currency_code,
    {{ ratio('totals.cost', 'totals.new_customer_count') }} as cac,
    {{ ratio('totals.ad_spend', 'totals.new_customer_count') }} as paid_cac
from totals
inner join {{ ref('dim_months') }} as months on totals.month_date = months.month_date
