-- Grain: month_date × dimension × dimension_value, dimensions being total, channel and campaign: what marketing cost and
-- what came of it in the same month. Leads belong to the channel and campaign of their first touch; opportunities,
-- customers and the return are credited by the model `return_model`, so they are fractions. A customer is a won deal
-- of new business. Advertising spend only: what platforms bill.
{%- set dimensions = [('total', "'total'"), ('channel', 'channel'), ('campaign', "coalesce(campaign_id, 'unknown')")] %}
with spend as (
    {% for dimension, value in dimensions -%}
    select
        month_date,
        '{{ dimension }}' as dimension,
        {{ value }} as dimension_value,
        {{ sum_known('cost_reporting') }} as spend
    from {{ ref('fct_marketing_spend_daily') }}
    group by 1, 3
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

stages as (
    select 'lead' as stage, month_date, channel, campaign_id from {{ ref('fct_leads') }}

    union all

    select 'marketing_qualified', marketing_qualified_month_date, channel, campaign_id
    from {{ ref('fct_leads') }}
    where marketing_qualified_at is not null

    union all

    select 'sales_qualified', sales_qualified_month_date, channel, campaign_id
    from {{ ref('fct_leads') }}
    where sales_qualified_at is not null
),

leads as (
    {% for dimension, value in dimensions -%}
    select
        month_date,
        '{{ dimension }}' as dimension,
        {{ value }} as dimension_value,
        cast(sum(case when stage = 'lead' then 1 else 0 end) as bigint) as lead_count,
        cast(sum(case when stage = 'marketing_qualified' then 1 else 0 end) as bigint) as marketing_qualified_count,
        cast(sum(case when stage = 'sales_qualified' then 1 else 0 end) as bigint) as sales_qualified_count
    from stages
    group by 1, 3
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

credits as (
    select
        *,
        case when conversion_type = 'opportunity_created' then credit else 0 end as opportunity_credit,
        case
            when conversion_type = 'opportunity_won' and coalesce(opportunity_type, 'new_business') = 'new_business'
                then credit
            else 0
        end as customer_credit,
        case when conversion_type = '{{ var("return_conversion") }}' then credited_amount else 0 end as return_part
    from {{ ref('fct_attribution_credits') }}
    where attribution_model = '{{ var("return_model") }}'
),

returns as (
    {% for dimension, value in dimensions -%}
    select
        month_date,
        '{{ dimension }}' as dimension,
        {{ value }} as dimension_value,
        cast(sum(opportunity_credit) as decimal(18, 9)) as opportunities,
        cast(sum(customer_credit) as decimal(18, 9)) as customers,
        {{ sum_known('return_part') }} as return_amount
    from credits
    group by 1, 3
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

keys as (
    select month_date, dimension, dimension_value from spend
    union distinct
    select month_date, dimension, dimension_value from leads
    union distinct
    select month_date, dimension, dimension_value from returns
),

parts as (
    select
        keys.month_date,
        months.is_complete,
        keys.dimension,
        keys.dimension_value,
        cast(case when spend.month_date is null then 0 else spend.spend end as decimal(18, 2)) as spend,
        coalesce(leads.lead_count, 0) as lead_count,
        coalesce(leads.marketing_qualified_count, 0) as marketing_qualified_count,
        coalesce(leads.sales_qualified_count, 0) as sales_qualified_count,
        cast(coalesce(returns.opportunities, 0) as decimal(18, 9)) as opportunities,
        cast(coalesce(returns.customers, 0) as decimal(18, 9)) as customers,
        cast(case when returns.month_date is null then 0 else returns.return_amount end as decimal(18, 2))
            as return_amount
    from keys
    inner join {{ ref('dim_months') }} as months on keys.month_date = months.month_date
    {%- for part in ['spend', 'leads', 'returns'] %}
    left join {{ part }}
        on
            keys.month_date = {{ part }}.month_date
            and keys.dimension = {{ part }}.dimension
            and keys.dimension_value = {{ part }}.dimension_value
    {%- endfor %}
)

select
    month_date,
    is_complete,
    dimension,
    dimension_value,
    spend,
    lead_count,
    marketing_qualified_count,
    sales_qualified_count,
    opportunities,
    customers,
    return_amount,
    '{{ var("reporting_currency") }}' as currency_code,
    {{ ratio('spend', 'lead_count') }} as cost_per_lead,
    {{ ratio('spend', 'marketing_qualified_count') }} as cost_per_marketing_qualified_lead,
    {{ ratio('spend', 'sales_qualified_count') }} as cost_per_sales_qualified_lead,
    {{ divide('spend', 'opportunities', 6, 'decimal(20,2)', 'decimal(20,9)') }} as cost_per_opportunity,
    {{ divide('spend', 'customers', 6, 'decimal(20,2)', 'decimal(20,9)') }} as cost_per_customer,
    {{ ratio('return_amount', 'spend') }} as return_on_ad_spend
from parts
