-- Grain: one ticket. When it was solved stands in its events, not on the ticket, which keeps only its status now.
with tickets as (

    select * from {{ ref('stg_zendesk__tickets') }}

),

users as (

    select * from {{ ref('stg_zendesk__users') }}

),

solutions as (

    select
        source_instance,
        ticket_id,
        max(occurred_at) as solved_at
    from {{ ref('stg_zendesk__ticket_events') }}
    where status = 'solved' and not is_comment
    group by source_instance, ticket_id

)

select
    tickets.source_instance,
    tickets.ticket_id as source_record_id,
    requesters.email as requester_email,
    requesters.name as requester_name,
    tickets.channel,
    tickets.priority,
    tickets.status,
    assignees.email as assignee_email,
    tickets.created_at,
    solutions.solved_at,
    tickets.updated_at,
    tickets.status = 'deleted' as is_deleted
from tickets
left join users as requesters
    on tickets.source_instance = requesters.source_instance and tickets.requester_id = requesters.user_id
left join users as assignees
    on tickets.source_instance = assignees.source_instance and tickets.assignee_id = assignees.user_id
left join solutions
    on tickets.source_instance = solutions.source_instance and tickets.ticket_id = solutions.ticket_id
