-- Grain: one key event, those without consent included: they have no session, but happened.
select
    source_instance,
    event_id as source_record_id,
    {{ record_id('source_instance', 'session_id') }} as session_id,
    event_name as goal_code,
    replace(event_name, '_', ' ') as goal_name,
    event_at as occurred_at,
    cast(value as decimal(18, 2)) as value,
    case when value is not null then currency_code end as currency_code
from {{ ref('stg_ga4__events') }}
where is_key_event
