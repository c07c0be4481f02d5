-- Grain: one campaign and day (UTC), in the account's own currency. Campaign ids are unique across accounts.
with days as (

    select * from {{ ref('stg_linkedin_ads__campaign_days') }}

),

accounts as (

    select * from {{ ref('stg_linkedin_ads__accounts') }}

)

select
    days.source_instance,
    days.campaign_id || ':' || days.spend_date as source_record_id,
    {{ record_id('days.source_instance', 'days.campaign_id') }} as campaign_id,
    'paid_social' as channel,
    days.spend_date,
    cast(days.cost as decimal(18, 6)) as cost,
    accounts.currency_code,
    days.impressions,
    days.clicks,
    cast(days.conversions as decimal(18, 6)) as conversions,
    cast(days.conversion_value as decimal(18, 6)) as conversion_value
from days
left join accounts
    on days.source_instance = accounts.source_instance and days.account_id = accounts.account_id
