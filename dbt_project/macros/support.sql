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
