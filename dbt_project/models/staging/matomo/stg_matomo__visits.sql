-- Grain: one visit. Matomo says `xx` for an unknown country and an empty text for nothing.
select
    source_instance,
    id_visit as visit_id,
    id_site as site_id,
    visitor_id,
    nullif(lower(trim(user_id)), '') as user_id,
    coalesce(first_action_timestamp, server_timestamp - to_seconds(coalesce(visit_duration, 0))) as started_at,
    coalesce(last_action_timestamp, server_timestamp) as ended_at,
    lower(referrer_type) as referrer_type,
    nullif(referrer_name, '') as referrer_name,
    nullif(campaign_name, '') as campaign_name,
    nullif(campaign_source, '') as campaign_source,
    nullif(campaign_medium, '') as campaign_medium,
    nullif(lower(device_type), '') as device_type,
    nullif(browser_name, '') as browser,
    nullif(nullif(upper(country_code), 'XX'), '') as country_code
from {{ raw('matomo', 'visits') }}
