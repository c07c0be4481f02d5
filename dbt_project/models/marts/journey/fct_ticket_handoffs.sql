-- Grain: handoff × record_id: how a question got to whoever answered it (record: the conversation). It is assigned where the
-- help desk says so; of one that began before the first assignment on record, only the whole is known.
with {{ first_answers() }},

assigned as (
    select * from {{ ref('conversation_events') }} where metric = 'assignment'
),

first_agents as (
    select
        conversation_id,
        assignee_email,
        row_number() over (partition by conversation_id order by occurred_at, conversation_event_id) as position
    from assigned
    where assignee_email is not null
),

assignments as (
    select
        assigned.conversation_id,
        min(assigned.occurred_at) as assigned_at,
        count(*) as assignment_count,
        min(first_agents.assignee_email) as assignee_email
    from assigned
    left join first_agents
        on assigned.conversation_id = first_agents.conversation_id and first_agents.position = 1
    group by 1
),

assignments_kept as (
    select source_instance, min(occurred_at) as kept_since from assigned group by 1
),

promises as (
    select conversation_id, min(target_minutes) as target_minutes
    from {{ ref('conversation_events') }}
    where metric = 'reply_time' and event_type = 'apply_sla'
    group by 1
),

conversations as (
    select
        conversations.*,
        coalesce(conversations.created_at >= assignments_kept.kept_since, false) as is_assignment_known
    from {{ ref('conversations') }} as conversations
    left join assignments_kept on conversations.source_instance = assignments_kept.source_instance
    where not conversations.is_deleted
),

askers as (
    select record_id, min(person_id) as person_id
    from {{ ref('bridge_identity_records') }}
    where record_type = 'conversations'
    group by 1
),

agents as (
    select lower(email) as email, min(owner_id) as owner_id from {{ ref('owners') }} where email is not null group by 1
)

select
    'ticket_first_response' as handoff,
    conversations.conversation_id as record_id,
    conversations.source_instance,
    conversations.created_at as event_at,
    case
        when not conversations.is_assignment_known then null
        when assignments.assigned_at < conversations.created_at then conversations.created_at
        else assignments.assigned_at
    end as assigned_at,
    answers.answered_at as completed_at,
    conversations.is_assignment_known,
    case when conversations.is_assignment_known then coalesce(assignments.assignment_count, 0) end
        as assignment_count,
    case when conversations.is_assignment_known then first_owners.owner_id end as assigned_owner_id,
    agents.owner_id,
    accounts.surviving_account_id as account_id,
    askers.person_id,
    coalesce(accounts.region, 'unknown') as region,
    coalesce(accounts.segment, 'unknown') as segment,
    promises.target_minutes
from conversations
left join answers on conversations.conversation_id = answers.conversation_id
left join assignments on conversations.conversation_id = assignments.conversation_id
left join promises on conversations.conversation_id = promises.conversation_id
left join askers on conversations.conversation_id = askers.record_id
left join {{ ref('identity_people') }} as people on askers.person_id = people.person_id
left join {{ ref('dim_account_records') }} as accounts on people.account_id = accounts.account_id
left join agents on lower(conversations.assignee_email) = agents.email
left join agents as first_owners on lower(assignments.assignee_email) = first_owners.email
