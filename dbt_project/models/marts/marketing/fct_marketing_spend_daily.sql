-- Grain: campaign_id × spend_date × currency_code. Spend the source could not tie to a campaign has the campaign
-- `unknown`, so that the days add up to what was billed. Converted at the year's constant rate, like every amount.
with spend as (
    select
        coalesce(campaign_id, 'unknown') as campaign_id,
        spend_date,
        currency_code,
        min(source_instance) as source_instance,
        min(channel) as spend_channel,
        cast(sum(cost) as decimal(18, 6)) as cost,
        cast(sum(impressions) as bigint) as impressions,
        cast(sum(clicks) as bigint) as clicks,
        cast(sum(conversions) as decimal(18, 6)) as platform_conversions,
        cast(sum(conversion_value) as decimal(18, 6)) as platform_conversion_value
    from {{ ref('marketing_spend') }}
    group by 1, 2, 3
)

select
    spend.campaign_id,
    spend.spend_date,
    {{ month_of('spend.spend_date') }} as month_date,
    spend.currency_code,
    spend.source_instance,
    coalesce(spend.spend_channel, campaigns.channel, 'other') as channel,
    spend.cost,
    rates.rate as reporting_rate,
    cast(round(cast(spend.cost as decimal(19, 6)) * rates.rate, 2) as decimal(18, 2)) as cost_reporting,
    spend.impressions,
    spend.clicks,
    spend.platform_conversions,
    spend.platform_conversion_value
from spend
left join {{ ref('dim_campaigns') }} as campaigns on spend.campaign_id = campaigns.campaign_id
left join {{ ref('dim_exchange_rates') }} as rates
    on
        spend.currency_code = rates.currency_code
        and cast(extract(year from spend.spend_date) as bigint) = rates.rate_year
