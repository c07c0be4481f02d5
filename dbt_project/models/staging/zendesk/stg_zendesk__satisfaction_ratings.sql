-- Grain: one rating or offer of one.
select
    source_instance,
    id as rating_id,
    ticket_id,
    lower(score) as score,
    coalesce(updated_at, created_at) as rated_at
from {{ raw('zendesk', 'satisfaction_ratings') }}
