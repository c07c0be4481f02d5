-- Grain: one session. GA4 puts search engines and referring sites where campaigns have their parameters; only what a link
-- of ours carried, or an ad, is a tag. A click on an ad of Google's is `google` / `cpc` where GA4 has not said so itself.
with sessions as (

    select
        *,
        case
            when has_gclid then 'campaign'
            when is_direct then 'direct'
            when lower(medium) = 'organic' then 'search'
            when lower(medium) = 'referral' or (medium is null and source is null and campaign is null) then null
            when lower(medium) in ('social', 'social-network', 'social-media', 'sm', 'social network', 'social media')
                then 'social'
            else 'campaign'
        end as given_type,
        coalesce(lower(medium), 'organic') in ('organic', 'referral') as is_found,
        coalesce(case when lower(medium) = 'referral' then lower(source) end, referrer_host) as site
    from {{ ref('stg_ga4__sessions') }}

),

typed as (

    select
        *,
        coalesce(
            given_type,
            case
                when site is null or site = host then 'direct'
                when regexp_matches(
                    site,
                    '(^|\.)(facebook|linkedin|instagram|twitter|x|youtube|reddit|pinterest|tiktok|xing|vk)\.[a-z.]+$'
                    || '|^(t\.co|lnkd\.in|youtu\.be)$'
                ) then 'social'
                when regexp_matches(
                    site, '(^|\.)(google|bing|duckduckgo|yahoo|yandex|baidu|ecosia|qwant|startpage)\.[a-z.]+$'
                ) then 'search'
                else 'website'
            end
        ) as referrer_type
    from sessions

)

select
    typed.source_instance,
    typed.session_id as source_record_id,
    typed.visitor_id,
    typed.user_id,
    typed.started_at,
    typed.ended_at,
    typed.referrer_type,
    case when typed.referrer_type <> 'direct' then coalesce(typed.source, typed.site) end as referrer_name,
    case
        when typed.has_gclid and typed.is_found then 'google'
        when typed.given_type in ('campaign', 'social') then typed.source
    end as utm_source,
    case
        when typed.has_gclid and typed.is_found then 'cpc'
        when typed.given_type in ('campaign', 'social') then typed.medium
    end as utm_medium,
    typed.campaign as utm_campaign,
    typed.landing_page,
    case typed.device_category when 'mobile' then 'smartphone' else typed.device_category end as device_type,
    typed.browser,
    countries.country_code
from typed
left join {{ ref('stg_ga4__countries') }} as countries on typed.country = countries.country
