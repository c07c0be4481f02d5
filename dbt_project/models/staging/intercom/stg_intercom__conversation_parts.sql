-- Grain: one part. A note, or what is written beside an assignment, is for teammates only.
select
    source_instance,
    id as part_id,
    conversation_id,
    part_type,
    created_at as occurred_at,
    author_type,
    author_id,
    nullif(lower(trim(author_email)), '') as author_email,
    coalesce(author_is_ai, false) as is_author_ai,
    part_type in ('comment', 'quick_reply', 'note', 'note_and_reopen', 'note_and_unsnooze')
    or coalesce(has_body, false) as is_message,
    part_type in ('comment', 'quick_reply', 'open', 'close') as is_public,
    case when assigned_to_type = 'admin' then assigned_to_id end as assignee_id,
    sla_target_type,
    sla_definition
from {{ raw('intercom', 'conversation_parts') }}
