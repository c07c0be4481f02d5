-- Grain: handoff × record_id: how a customer got into the hands of customer success (record: the first deal won as new
-- business) and of support (record: the conversation). Customer success takes over with the first contact after the win
-- that is about no deal, whoever makes it; one with a lead is one with the account it became, as Salesforce has it. A
-- conversation is assigned where the help desk says so; of one that began before it did, only the whole is known.
with activities as (
    {{ outbound_activities() }}
),

contacts_about_no_deal as (
    select
        activities.activity_id,
        activities.occurred_at,
        activities.owner_id,
        coalesce(activities.account_id, leads.converted_account_id) as account_id
    from activities
    left join {{ ref('leads') }} as leads on activities.lead_id = leads.lead_id
    where activities.opportunity_id is null
),

won as (
    select
        deals.opportunity_id,
        deals.source_instance,
        deals.closed_at,
        deals.owner_id,
        accounts.surviving_account_id as account_id,
        accounts.region,
        accounts.segment,
        row_number() over (
            partition by accounts.surviving_account_id order by deals.closed_at, deals.opportunity_id
        ) as position
    from {{ ref('fct_opportunities') }} as deals
    inner join {{ ref('dim_account_records') }} as accounts on deals.account_id = accounts.account_id
    where deals.is_won and deals.opportunity_type = 'new_business' and deals.closed_at is not null
),

taken_over as (
    select
        won.opportunity_id,
        contacts.occurred_at,
        contacts.owner_id,
        row_number() over (
            partition by won.opportunity_id order by contacts.occurred_at, contacts.activity_id
        ) as position
    from won
    inner join {{ ref('dim_account_records') }} as accounts on won.account_id = accounts.surviving_account_id
    inner join contacts_about_no_deal as contacts
        on accounts.account_id = contacts.account_id and won.closed_at <= contacts.occurred_at
    where won.position = 1
),

{{ first_answers() }},

{{ conversation_assignments() }},

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
    'customer_success' as handoff,
    won.opportunity_id as record_id,
    won.source_instance,
    won.closed_at as event_at,
    cast(null as timestamp) as assigned_at,
    taken_over.occurred_at as completed_at,
    false as is_assignment_known,
    cast(null as bigint) as assignment_count,
    cast(null as string) as assigned_owner_id,
    coalesce(taken_over.owner_id, won.owner_id) as owner_id,
    won.account_id,
    cast(null as string) as person_id,
    won.region,
    won.segment,
    cast(null as bigint) as target_minutes
from won
left join taken_over on won.opportunity_id = taken_over.opportunity_id and taken_over.position = 1
where won.position = 1

union all

select
    'ticket_first_response',
    conversations.conversation_id,
    conversations.source_instance,
    conversations.created_at,
    case
        when not conversations.is_assignment_known then null
        when assignments.assigned_at < conversations.created_at then conversations.created_at
        else assignments.assigned_at
    end,
    answers.answered_at,
    conversations.is_assignment_known,
    case when conversations.is_assignment_known then coalesce(assignments.assignment_count, 0) end,
    case when conversations.is_assignment_known then first_agents.owner_id end,
    agents.owner_id,
    accounts.surviving_account_id,
    askers.person_id,
    coalesce(accounts.region, 'unknown'),
    coalesce(accounts.segment, 'unknown'),
    promises.target_minutes
from conversations
left join answers on conversations.conversation_id = answers.conversation_id
left join assignments on conversations.conversation_id = assignments.conversation_id
left join promises on conversations.conversation_id = promises.conversation_id
left join askers on conversations.conversation_id = askers.record_id
left join {{ ref('identity_people') }} as people on askers.person_id = people.person_id
left join {{ ref('dim_account_records') }} as accounts on people.account_id = accounts.account_id
left join agents on lower(conversations.assignee_email) = agents.email
left join agents as first_agents on lower(assignments.assignee_email) = first_agents.email
