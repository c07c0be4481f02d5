-- Grain: one comment, status change or assignment. A comment without author is its update's; -1 is Zendesk's own automation.
select
    source_instance,
    id as event_id,
    ticket_id,
    event_type = 'Comment' as is_comment,
    nullif(coalesce(author_id, updater_id), '-1') as author_id,
    coalesce(public, false) as is_public,
    lower(status) as status,
    assignee_id,
    created_at as occurred_at
from {{ raw('zendesk', 'ticket_events') }}
