-- Grain: month_date × channel, of the platforms' own accounts. Conversions are the platforms' claims, which restate
-- for weeks and overlap between platforms; they are not attributed revenue.
with spend as (
    select * from {{ ref('fct_marketing_spend_daily') }}
),

totals as (
    select
        month_date,
        channel,
        {{ sum_known('cost_reporting') }} as cost,
        cast(sum(impressions) as bigint) as impressions,
        cast(sum(clicks) as bigint) as clicks,
        cast(sum(platform_conversions) as decimal(18, 2)) as platform_conversions
    from spend
    group by 1, 2
)

select
    totals.month_date,
    months.is_complete,
    totals.channel,
    totals.cost,
    '{{ var("reporting_currency") }}' as currency_code,
    totals.impressions,
    totals.clicks,
    totals.platform_conversions,
    {{ ratio('totals.cost', 'totals.clicks') }} as cost_per_click,
    {{ ratio('totals.cost', 'totals.platform_conversions') }} as cost_per_platform_conversion
from totals
inner join {{ ref('dim_months') }} as months on totals.month_date = months.month_date
