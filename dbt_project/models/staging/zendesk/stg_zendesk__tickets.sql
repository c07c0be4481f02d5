-- Grain: one ticket.
select
    source_instance,
    id as ticket_id,
    requester_id,
    assignee_id,
    lower(via_channel) as channel,
    lower(priority) as priority,
    lower(status) as status,
    created_at,
    updated_at
from {{ raw('zendesk', 'tickets') }}
