-- Grain: one session. Its origin is the property's last click, which GA4 gives to every event of a session; else what the
-- first address that carried any said; else the first event that has parameters of a campaign.
with events as (

    select
        *,
        case when has_session_source then 1 when has_collected_source then 2 when has_event_source then 3 end as rank
    from {{ ref('stg_ga4__events') }}
    where session_id is not null

),

grouped as (

    select
        source_instance,
        session_id,
        any_value(user_pseudo_id) as visitor_id,
        arg_max(user_id, event_at) as user_id,
        min(event_at) as started_at,
        max(event_at) as ended_at,
        arg_min(url, (event_at, event_id)) filter (where event_name = 'page_view') as landing_page,
        arg_min(host, event_at) filter (where host <> '') as host,
        arg_min(referrer_host, event_at) filter (where event_name = 'page_view') as referrer_host,
        bool_or(has_gclid) as has_gclid,
        bool_or(is_direct) as is_direct,
        arg_min(device_category, event_at) as device_category,
        arg_min(browser, event_at) as browser,
        arg_min(country, event_at) as country
    from events
    group by source_instance, session_id

),

origins as (

    select
        source_instance,
        session_id,
        case rank when 1 then session_source when 2 then collected_source else event_source end as source,
        case rank when 1 then session_medium when 2 then collected_medium else event_medium end as medium,
        case rank when 1 then session_campaign when 2 then collected_campaign else event_campaign end as campaign
    from events
    where rank is not null
    qualify row_number() over (partition by source_instance, session_id order by rank, event_at, event_id) = 1

)

select
    grouped.*,
    origins.source,
    origins.medium,
    origins.campaign
from grouped
left join origins
    on grouped.source_instance = origins.source_instance and grouped.session_id = origins.session_id
