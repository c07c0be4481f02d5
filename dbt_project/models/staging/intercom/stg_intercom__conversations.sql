-- Grain: one conversation. A conversation that a teammate, bot or campaign began still belongs to its first contact.
-- An assignee of 0 is Intercom's way to say "nobody".
select
    source_instance,
    id as conversation_id,
    case when source_author_type in ('user', 'lead', 'contact') then source_author_id else contact_id end
        as requester_id,
    case when source_author_type in ('user', 'lead', 'contact') then nullif(lower(trim(source_author_email)), '') end
        as requester_email,
    case when source_author_type in ('user', 'lead', 'contact') then source_author_name end as requester_name,
    nullif(admin_assignee_id, '0') as assignee_id,
    case when source_type = 'conversation' then 'chat' else lower(source_type) end as channel,
    lower(priority) as priority,
    lower(state) as state,
    source_author_type as author_type,
    source_author_id as author_id,
    nullif(lower(trim(source_author_email)), '') as author_email,
    rating,
    coalesce(rating_updated_at, rating_created_at, updated_at, created_at) as rated_at,
    created_at,
    updated_at,
    first_contact_reply_at,
    first_admin_reply_at,
    last_close_at,
    coalesce(_is_deleted, false) as is_deleted
from {{ raw('intercom', 'conversations') }}
