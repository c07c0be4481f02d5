-- Grain: one campaign. All of LinkedIn is paid social, text ads included.
-- utm_campaign is what the campaign's tracking parameters append to its links; tags written into single ads are not read.
with campaigns as (

    select * from {{ ref('stg_linkedin_ads__campaigns') }}

),

accounts as (

    select * from {{ ref('stg_linkedin_ads__accounts') }}

),

campaign_groups as (

    select * from {{ ref('stg_linkedin_ads__campaign_groups') }}

),

tracking_parameters as (

    select * from {{ ref('stg_linkedin_ads__tracking_parameters') }}

)

select
    campaigns.source_instance,
    campaigns.campaign_id as source_record_id,
    campaigns.name,
    'paid_social' as channel,
    'linkedin_ads' as platform,
    coalesce(
        tracking_parameters.utm_campaign_value,
        case tracking_parameters.utm_campaign_filler
            when 'CAMPAIGN_NAME' then campaigns.name
            when 'CAMPAIGN_ID' then campaigns.campaign_id
            when 'CAMPAIGN_GROUP_NAME' then campaign_groups.name
            when 'CAMPAIGN_GROUP_ID' then campaigns.campaign_group_id
            when 'ACCOUNT_NAME' then accounts.name
            when 'ACCOUNT_ID' then campaigns.account_id
        end
    ) as utm_campaign,
    campaigns.status,
    accounts.currency_code,
    campaigns.started_at,
    campaigns.ended_at
from campaigns
left join accounts
    on campaigns.source_instance = accounts.source_instance and campaigns.account_id = accounts.account_id
left join campaign_groups
    on
        campaigns.source_instance = campaign_groups.source_instance
        and campaigns.campaign_group_id = campaign_groups.campaign_group_id
left join tracking_parameters
    on
        campaigns.source_instance = tracking_parameters.source_instance
        and campaigns.campaign_id = tracking_parameters.campaign_id
