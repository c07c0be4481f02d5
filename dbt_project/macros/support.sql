{#
  The CTEs `assignments`, how often each conversation was assigned, when and to which agent first, and
  `assignments_kept`, since when each help desk tells: of what began before, nobody knows.
#}
{% macro conversation_assignments() -%}
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
)
{%- endmacro %}

{# The CTE `answers`: when an agent first answered each conversation for the customer to see. #}
{% macro first_answers() -%}
answers as (
    select conversations.conversation_id, min(messages.sent_at) as answered_at
    from {{ ref('conversations') }} as conversations
    inner join {{ ref('messages') }} as messages
        on
            conversations.conversation_id = messages.conversation_id
            and conversations.created_at <= messages.sent_at
    where messages.author_role = 'agent' and messages.is_public
    group by 1
)
{%- endmacro %}
