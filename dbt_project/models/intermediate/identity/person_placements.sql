-- Grain: record_type × record_id. Which person a record belongs to, by which rule and how sure.
-- The rule is the weakest link between the record and the first address of its person. A role address (info@, sales@ …)
-- is shared by several people and stands for itself, hence its low confidence. Test records belong to nobody.
with assignments as (
    select * from {{ ref('person_assignments') }}
),

records as (
    select
        records.record_type,
        records.record_id,
        records.address,
        records.is_shared_inbox,
        assignments.subject_id,
        assignments.rule,
        assignments.confidence
    from {{ ref('identity_records') }} as records
    inner join assignments on records.node = assignments.node
    where not records.is_test_record
),

{% for table, key, column in [('email_events', 'email_event_id', 'email'), ('sessions', 'session_id', 'user_id')] %}
{{ table }} as (
    select {{ key }} as record_id, {{ address(column) }} as address
    from {{ ref(table) }}
    where {{ column }} like '%_@_%'
),
{% endfor %}

events as (
    select 'email_events' as record_type, record_id, address, 'same_email' as rule
    from email_events

    union all

    select 'sessions', record_id, address, 'same_login'
    from sessions
),

placed as (
    select * from records

    union all

    select
        events.record_type,
        events.record_id,
        events.address,
        {{ is_role_address('events.address') }},
        assignments.subject_id,
        case
            when assignments.confidence = 1 and assignments.rule in ('own_record', 'same_email') then events.rule
            else assignments.rule
        end,
        case when {{ is_role_address('events.address') }} then 0.5 else assignments.confidence end
    from events
    inner join assignments on 'address:' || events.address = assignments.node
)

select
    record_type,
    record_id,
    subject_id as person_id,
    address as email,
    rule,
    is_shared_inbox,
    cast(confidence as decimal(9, 6)) as confidence
from placed
