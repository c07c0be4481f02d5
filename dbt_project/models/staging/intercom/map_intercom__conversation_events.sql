-- Grain: one event of a clock. Intercom says which targets a conversation got and which it missed; that the first
-- answer came is read from the conversation's statistics, so reply_time is known without any agreement too.
-- Changes of state and assignments are events of their own, under the metrics `status` and `assignment`. Teammates who left
-- before the first run are in no list; what they wrote tells their address.
with conversations as (

    select * from {{ ref('stg_intercom__conversations') }}

),

parts as (

    select * from {{ ref('stg_intercom__conversation_parts') }}

),

admins as (

    select
        source_instance,
        admin_id,
        email
    from {{ ref('stg_intercom__admins') }}

    union all

    select
        source_instance,
        author_id as admin_id,
        author_email as email
    from parts
    where author_type = 'admin'

),

addresses as (

    select
        source_instance,
        admin_id,
        min(email) as email
    from admins
    group by source_instance, admin_id

),

events as (

    select
        source_instance,
        conversation_id || ':asked' as source_record_id,
        conversation_id,
        'reply_time' as metric,
        'activate' as event_type,
        first_contact_reply_at as occurred_at,
        cast(null as bigint) as target_minutes,
        null as assignee_id
    from conversations
    where first_contact_reply_at is not null

    union all

    select
        source_instance,
        conversation_id || ':answered' as source_record_id,
        conversation_id,
        'reply_time' as metric,
        'fulfill' as event_type,
        first_admin_reply_at as occurred_at,
        cast(null as bigint) as target_minutes,
        null as assignee_id
    from conversations
    where first_admin_reply_at is not null

    union all

    select
        source_instance,
        part_id || ':' || target_type as source_record_id,
        conversation_id,
        {{ intercom_clock('target_type') }} as metric,
        'apply_sla' as event_type,
        occurred_at,
        (target_seconds + 59) // 60 as target_minutes,
        null as assignee_id
    from {{ ref('stg_intercom__service_targets') }}

    union all

    select
        source_instance,
        part_id as source_record_id,
        conversation_id,
        {{ intercom_clock('sla_target_type') }} as metric,
        'breach' as event_type,
        occurred_at,
        cast(null as bigint) as target_minutes,
        null as assignee_id
    from parts
    where part_type = 'conversation_sla_target_missed'

    union all

    select
        source_instance,
        part_id as source_record_id,
        conversation_id,
        case
            when part_type like 'conversation_sla%' then 'sla'
            when part_type like '%assign%' then 'assignment'
            else 'status'
        end as metric,
        case
            when part_type = 'conversation_sla_paused' then 'pause'
            when part_type = 'conversation_sla_unpaused' then 'activate'
            when part_type = 'conversation_sla_removed' then 'remove_sla'
            when part_type like '%assign%' then 'assign'
            when part_type = 'close' then 'close'
            when part_type in ('open', 'note_and_reopen') then 'open'
            when part_type = 'snoozed' then 'snooze'
            else 'unsnooze'
        end as event_type,
        occurred_at,
        cast(null as bigint) as target_minutes,
        assignee_id
    from parts
    where
        part_type in (
            'conversation_sla_paused', 'conversation_sla_unpaused', 'conversation_sla_removed', 'assignment',
            'assign_and_unsnooze', 'assign_and_reopen', 'away_mode_assignment', 'default_assignment',
            'workflow_assignment', 'close', 'open', 'note_and_reopen', 'snoozed', 'unsnoozed', 'timer_unsnooze',
            'note_and_unsnooze'
        )

)

select
    events.source_instance,
    events.source_record_id,
    {{ record_id('events.source_instance', 'events.conversation_id') }} as conversation_id,
    events.metric,
    events.event_type,
    events.occurred_at,
    events.target_minutes,
    addresses.email as assignee_email
from events
left join addresses
    on events.source_instance = addresses.source_instance and events.assignee_id = addresses.admin_id
