-- Grain: one target of a service agreement that was applied to a conversation. Targets come as seconds by name.
with applied as (

    select * from {{ ref('stg_intercom__conversation_parts') }}
    where sla_definition is not null

),

names as (

    select unnest(['first_reply_time', 'next_reply_time', 'resolution_time', 'time_to_close']) as target_type

),

targets as (

    select
        applied.source_instance,
        applied.part_id,
        applied.conversation_id,
        applied.occurred_at,
        names.target_type,
        cast(json_extract_string(applied.sla_definition, '$.' || names.target_type) as bigint) as target_seconds
    from applied
    cross join names

)

select * from targets
where target_seconds is not null
