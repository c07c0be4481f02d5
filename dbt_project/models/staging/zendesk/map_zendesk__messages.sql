-- Grain: one comment. Its text is not here, and not in raw either unless the settings ask for it.
with comments as (

    select * from {{ ref('stg_zendesk__ticket_events') }}
    where is_comment

),

users as (

    select * from {{ ref('stg_zendesk__users') }}

)

select
    comments.source_instance,
    comments.event_id as source_record_id,
    {{ record_id('comments.source_instance', 'comments.ticket_id') }} as conversation_id,
    users.email as author_email,
    case
        when comments.author_id is null then 'system'
        when users.role = 'end-user' then 'customer'
        when users.role in ('agent', 'admin') then 'agent'
    end as author_role,
    comments.occurred_at as sent_at,
    comments.is_public
from comments
left join users
    on comments.source_instance = users.source_instance and comments.author_id = users.user_id
