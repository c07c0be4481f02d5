-- Grain: one page seen in a visit.
select
    source_instance,
    action_id as source_record_id,
    {{ record_id('source_instance', 'visit_id') }} as session_id,
    occurred_at as viewed_at,
    url,
    title
from {{ ref('stg_matomo__actions') }}
where type = 'action'
