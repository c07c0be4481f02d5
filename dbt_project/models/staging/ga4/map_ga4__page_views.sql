-- Grain: one page seen in a session. Views without consent have no session and are left out.
select
    source_instance,
    event_id as source_record_id,
    {{ record_id('source_instance', 'session_id') }} as session_id,
    event_at as viewed_at,
    url,
    title
from {{ ref('stg_ga4__events') }}
where event_name = 'page_view' and session_id is not null
