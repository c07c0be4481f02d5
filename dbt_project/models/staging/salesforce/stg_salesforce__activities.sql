-- Grain: one task or calendar entry that took place or is to. Invitees' copies of an event and the patterns of series,
-- which stand beside their occurrences, are left out.
with

tasks as (
    select
        source_instance,
        id as activity_id,
        case
            when task_subtype = 'Call' or call_type is not null then 'call'
            when task_subtype in ('Email', 'ListEmail') then 'email'
            when task_subtype in ('Cadence', 'LinkedIn') then 'other'
            else 'task'
        end as activity_type,
        case call_type when 'Inbound' then 'inbound' when 'Outbound' then 'outbound' end as direction,
        coalesce(completed_date_time, {{ starts_at('activity_date') }}, created_date) as occurred_at,
        cast(round(call_duration_in_seconds / 60.0) as bigint) as duration_minutes,
        who_id,
        what_id,
        account_id,
        owner_id,
        system_modstamp as updated_at,
        coalesce(_is_deleted, false) as is_deleted
    from {{ raw('salesforce', 'tasks') }}
    where not coalesce(is_recurrence, false)
),

events as (
    select
        source_instance,
        id as activity_id,
        'meeting' as activity_type,
        null as direction,
        coalesce(start_date_time, {{ starts_at('activity_date') }}) as occurred_at,
        case when not coalesce(is_all_day_event, false) then duration_in_minutes end as duration_minutes,
        who_id,
        what_id,
        account_id,
        owner_id,
        system_modstamp as updated_at,
        coalesce(_is_deleted, false) as is_deleted
    from {{ raw('salesforce', 'events') }}
    where not coalesce(is_child, false) and not coalesce(is_recurrence, false) and coalesce(group_event_type, '') <> '3'
)

select * from tasks
union all
select * from events
