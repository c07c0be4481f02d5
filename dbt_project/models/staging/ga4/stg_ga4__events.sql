-- Grain: one event. A session is known by device and start together, and only where consent left both. Addresses lose
-- their query and fragment here, which may carry personal data; what GA4 says instead of nothing is nothing.
{%- set placeholders = "('', '(not set)', '(none)', '(direct)', '(organic)', '(referral)', '(data deleted)')" %}

select
    source_instance,
    event_id,
    event_at,
    event_name,
    is_key_event,
    user_pseudo_id,
    user_pseudo_id || '.' || ga_session_id as session_id,
    nullif(lower(trim(user_id)), '') as user_id,
    regexp_replace(page_location, '[?#].*$', '') as url,
    nullif(page_title, '') as title,
    lower(regexp_extract(page_location, '^https?://(?:www\.)?([^/:?#]+)', 1)) as host,
    nullif(lower(regexp_extract(page_referrer, '^https?://(?:www\.)?([^/:?#]+)', 1)), '') as referrer_host,
    coalesce(session_source, session_medium, session_campaign) is not null as has_session_source,
    coalesce(collected_source, collected_medium, collected_campaign) is not null as has_collected_source,
    coalesce(source, medium, campaign) is not null as has_event_source,
    coalesce(session_source = '(direct)', false) as is_direct,
    {%- for origin in ('session_', 'collected_', '') %}
    {%- for part in ('source', 'medium', 'campaign') %}
    case when {{ origin }}{{ part }} not in {{ placeholders }} then {{ origin }}{{ part }} end
        as {{ origin or 'event_' }}{{ part }},
    {%- endfor %}
    {%- endfor %}
    coalesce(has_gclid, false) as has_gclid,
    coalesce(value, purchase_revenue) as value,
    upper(currency) as currency_code,
    lower(device_category) as device_category,
    nullif(browser, '') as browser,
    country
from {{ raw('ga4', 'events') }}
where not _is_deleted
