-- Grain: one visit. Without the plugin MarketingCampaignsReporting a campaign's name is its referrer's name.
with visits as (

    select * from {{ ref('stg_matomo__visits') }}

),

first_pages as (

    select
        source_instance,
        visit_id,
        min_by(url, position) as landing_page
    from {{ ref('stg_matomo__actions') }}
    where type = 'action'
    group by source_instance, visit_id

)

select
    visits.source_instance,
    visits.visit_id as source_record_id,
    visits.visitor_id,
    visits.user_id,
    visits.started_at,
    visits.ended_at,
    case
        when visits.referrer_type in ('direct', 'search', 'website', 'campaign', 'social') then visits.referrer_type
        when visits.referrer_type is not null then 'website'
    end as referrer_type,
    visits.referrer_name,
    visits.campaign_source as utm_source,
    visits.campaign_medium as utm_medium,
    coalesce(
        visits.campaign_name,
        case when visits.referrer_type = 'campaign' then visits.referrer_name end
    ) as utm_campaign,
    first_pages.landing_page,
    visits.device_type,
    visits.browser,
    visits.country_code
from visits
left join first_pages
    on visits.source_instance = first_pages.source_instance and visits.visit_id = first_pages.visit_id
