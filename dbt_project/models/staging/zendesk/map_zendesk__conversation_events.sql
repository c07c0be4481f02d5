-- Grain: one metric event, or one assignment to an agent. Assignments are ticket events, whose ids may be those of metric
-- events too.
with users as (

    select * from {{ ref('stg_zendesk__users') }}

)

select
    source_instance,
    metric_event_id as source_record_id,
    {{ record_id('source_instance', 'ticket_id') }} as conversation_id,
    metric,
    event_type,
    occurred_at,
    target_minutes,
    null as assignee_email
from {{ ref('stg_zendesk__ticket_metric_events') }}

union all

select
    events.source_instance,
    'ticket_events:' || events.event_id as source_record_id,
    {{ record_id('events.source_instance', 'events.ticket_id') }} as conversation_id,
    'assignment' as metric,
    'assign' as event_type,
    events.occurred_at,
    null as target_minutes,
    users.email as assignee_email
from {{ ref('stg_zendesk__ticket_events') }} as events
left join users
    on events.source_instance = users.source_instance and events.assignee_id = users.user_id
where events.assignee_id is not null
