-- Grain: one metric event that still stands.
select
    source_instance,
    id as metric_event_id,
    ticket_id,
    metric,
    type as event_type,
    time as occurred_at,
    sla_target as target_minutes
from {{ raw('zendesk', 'ticket_metric_events') }}
where not coalesce(deleted, false)
