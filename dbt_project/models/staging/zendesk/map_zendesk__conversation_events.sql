-- Grain: one metric event.
select
    source_instance,
    metric_event_id as source_record_id,
    {{ record_id('source_instance', 'ticket_id') }} as conversation_id,
    metric,
    event_type,
    occurred_at,
    target_minutes
from {{ ref('stg_zendesk__ticket_metric_events') }}
