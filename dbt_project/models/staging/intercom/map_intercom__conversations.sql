-- Grain: one conversation. Intercom closes where others solve, and snoozes where they put on hold.
-- When it was closed last stands in its parts, which also know closures before any contact wrote.
with conversations as (

    select * from {{ ref('stg_intercom__conversations') }}

),

contacts as (

    select * from {{ ref('stg_intercom__contacts') }}

),

admins as (

    select * from {{ ref('stg_intercom__admins') }}

),

closures as (

    select
        source_instance,
        conversation_id,
        max(occurred_at) as closed_at
    from {{ ref('stg_intercom__conversation_parts') }}
    where part_type = 'close'
    group by source_instance, conversation_id

)

select
    conversations.source_instance,
    conversations.conversation_id as source_record_id,
    coalesce(conversations.requester_email, contacts.email) as requester_email,
    coalesce(conversations.requester_name, contacts.name) as requester_name,
    conversations.channel,
    conversations.priority,
    case
        when conversations.is_deleted then 'deleted'
        when conversations.state = 'snoozed' then 'hold'
        when conversations.state = 'closed' then 'closed'
        else 'open'
    end as status,
    admins.email as assignee_email,
    conversations.created_at,
    coalesce(closures.closed_at, conversations.last_close_at) as solved_at,
    conversations.updated_at,
    conversations.is_deleted
from conversations
left join contacts
    on
        conversations.source_instance = contacts.source_instance
        and conversations.requester_id = contacts.contact_id
left join admins
    on conversations.source_instance = admins.source_instance and conversations.assignee_id = admins.admin_id
left join closures
    on
        conversations.source_instance = closures.source_instance
        and conversations.conversation_id = closures.conversation_id
