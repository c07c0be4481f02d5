-- Grain: session_id. GA4's default channel grouping: Google's rules for traffic that is tagged by hand, in Google's order,
-- the first that fits decides. Letter case does not count. Where a visit carries no tag, its referrer says what GA4 would
-- have called source and medium; a site that Google does not list is what the web analytics tool takes it for.
with tagged as (
    select
        session_id,
        referrer_type,
        {{ web_domain('utm_source') }} as utm_source,
        nullif(lower(trim(utm_medium)), '') as utm_medium,
        coalesce(lower(utm_campaign), '') as campaign,
        case when coalesce(referrer_type, 'website') <> 'campaign' then {{ web_domain('referrer_name') }} end as site
    from {{ ref('sessions') }}
),

origins as (
    select
        session_id,
        campaign,
        coalesce(utm_source, site, case when referrer_type = 'direct' then '(direct)' end, '(not set)')
            as traffic_source,
        coalesce(
            utm_medium,
            case
                when utm_source is not null then null
                when referrer_type = 'direct' then '(none)'
                when referrer_type = 'search' then 'organic'
                when referrer_type in ('social', 'website') or site is not null then 'referral'
            end,
            '(not set)'
        ) as traffic_medium,
        case when utm_source is null and referrer_type in ('search', 'social') then referrer_type end as told_category
    from tagged
),

categorised as (
    select
        *,
        coalesce({{ source_category('traffic_source') }}, told_category, 'none') as category,
        {{ matches('traffic_medium', '^(.*cp.*|ppc|retargeting|paid.*)$') }} as is_paid,
        {{ matches('campaign', '^(.*(([^a-df-z]|^)shop|shopping).*)$') }} as is_shopping_campaign
    from origins
)

select
    session_id,
    traffic_source,
    traffic_medium,
    case
        when traffic_source = '(direct)' and traffic_medium in ('(not set)', '(none)') then 'direct'
        when campaign like '%cross-network%' then 'cross_network'
        when (category = 'shopping' or is_shopping_campaign) and is_paid then 'paid_shopping'
        when category = 'search' and is_paid then 'paid_search'
        when category = 'social' and is_paid then 'paid_social'
        when category = 'video' and is_paid then 'paid_video'
        when traffic_medium in ('display', 'banner', 'expandable', 'interstitial', 'cpm') then 'display'
        when is_paid then 'paid_other'
        when category = 'shopping' or is_shopping_campaign then 'organic_shopping'
        when
            category = 'social'
            or traffic_medium in ('social', 'social-network', 'social-media', 'sm', 'social network', 'social media')
            then 'organic_social'
        when category = 'video' or traffic_medium like '%video%' then 'organic_video'
        when category = 'search' or traffic_medium = 'organic' then 'organic_search'
        when traffic_medium in ('referral', 'app', 'link') then 'referral'
        when
            traffic_source in ('email', 'e-mail', 'e_mail', 'e mail')
            or traffic_medium in ('email', 'e-mail', 'e_mail', 'e mail')
            then 'email'
        when traffic_medium = 'affiliate' then 'affiliates'
        when traffic_medium = 'audio' then 'audio'
        when traffic_source = 'sms' or traffic_medium = 'sms' then 'sms'
        when
            traffic_medium like '%push'
            or traffic_medium like '%mobile%'
            or traffic_medium like '%notification%'
            or traffic_source = 'firebase'
            then 'mobile_push_notifications'
        else 'unassigned'
    end as channel
from categorised
