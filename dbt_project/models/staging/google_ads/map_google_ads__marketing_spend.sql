-- Grain: one campaign and day, in the account's own currency and time zone. Campaign ids are unique across accounts.
with days as (

    select * from {{ ref('stg_google_ads__campaign_days') }}

),

campaigns as (

    select * from {{ ref('map_google_ads__campaigns') }}

)

select
    days.source_instance,
    days.campaign_id || ':' || days.spend_date as source_record_id,
    {{ record_id('days.source_instance', 'days.campaign_id') }} as campaign_id,
    coalesce(campaigns.channel, 'other') as channel,
    days.spend_date,
    -- Multiplied by an exact 0.000001, because a division would pass through a float.
    cast(days.cost_micros as decimal(28, 0)) * cast('0.000001' as decimal(7, 6)) as cost,
    days.currency_code,
    days.impressions,
    days.clicks,
    cast(days.conversions as decimal(18, 6)) as conversions,
    cast(days.conversion_value as decimal(18, 6)) as conversion_value
from days
left join campaigns
    on days.source_instance = campaigns.source_instance and days.campaign_id = campaigns.source_record_id
