-- Grain: one campaign. Its first and last days become instants at midnight in the account's time zone.
-- Performance Max runs everywhere but lives off search and shopping inventory: it counts as paid search.
with campaigns as (

    select * from {{ ref('stg_google_ads__campaigns') }}

),

tagged as (

    select
        *,
        regexp_extract(
            coalesce(final_url_suffix, '') || '&' || coalesce(tracking_url_template, ''),
            '(?:^|[?&])utm_campaign=([^&{}#]+)',
            1
        ) as utm_campaign
    from campaigns

)

select
    source_instance,
    campaign_id as source_record_id,
    name,
    case
        when advertising_channel_type in ('SEARCH', 'SHOPPING', 'SMART', 'LOCAL', 'PERFORMANCE_MAX') then 'paid_search'
        when advertising_channel_type in ('DISPLAY', 'DISCOVERY', 'DEMAND_GEN') then 'display'
        when advertising_channel_type = 'VIDEO' then 'paid_video'
        else 'other'
    end as channel,
    'google_ads' as platform,
    url_decode(replace(nullif(utm_campaign, ''), '+', ' ')) as utm_campaign,
    status,
    currency_code,
    cast(started_date as timestamp) at time zone time_zone at time zone 'UTC' as started_at,
    cast(ended_date + 1 as timestamp) at time zone time_zone at time zone 'UTC' as ended_at
from tagged
