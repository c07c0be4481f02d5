-- Grain: one message or note. The message that began a conversation is not among its parts: it is taken from the
-- conversation itself. Texts are not here, and not in raw either unless the settings ask for them.
with conversations as (

    select * from {{ ref('stg_intercom__conversations') }}

),

messages as (

    select
        source_instance,
        conversation_id || ':first' as source_record_id,
        conversation_id,
        author_type,
        author_id,
        author_email,
        false as is_author_ai,
        created_at as sent_at,
        true as is_public
    from conversations
    where author_type is not null

    union all

    select
        source_instance,
        part_id as source_record_id,
        conversation_id,
        author_type,
        author_id,
        author_email,
        is_author_ai,
        occurred_at as sent_at,
        is_public
    from {{ ref('stg_intercom__conversation_parts') }}
    where is_message

),

contacts as (

    select * from {{ ref('stg_intercom__contacts') }}

),

admins as (

    select * from {{ ref('stg_intercom__admins') }}

)

select
    messages.source_instance,
    messages.source_record_id,
    {{ record_id('messages.source_instance', 'messages.conversation_id') }} as conversation_id,
    case
        when messages.author_type not in ('bot', 'team', 'operator')
            then coalesce(messages.author_email, contacts.email, admins.email)
    end as author_email,
    case
        when messages.author_type in ('user', 'lead', 'contact') then 'customer'
        when messages.author_type = 'admin' and not messages.is_author_ai then 'agent'
        when messages.author_type in ('admin', 'bot', 'team', 'operator') then 'system'
    end as author_role,
    messages.sent_at,
    messages.is_public
from messages
left join contacts
    on
        messages.source_instance = contacts.source_instance
        and messages.author_id = contacts.contact_id
        and messages.author_type in ('user', 'lead', 'contact')
left join admins
    on
        messages.source_instance = admins.source_instance
        and messages.author_id = admins.admin_id
        and messages.author_type = 'admin'
