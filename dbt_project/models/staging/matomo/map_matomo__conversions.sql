-- Grain: one goal reached in a visit. A goal without revenue has no value, and then no currency either.
select
    source_instance,
    action_id as source_record_id,
    {{ record_id('source_instance', 'visit_id') }} as session_id,
    goal_id as goal_code,
    goal_name,
    occurred_at,
    nullif(revenue, 0) as value,
    case when revenue <> 0 then currency_code end as currency_code
from {{ ref('stg_matomo__actions') }}
where type = 'goal' and goal_id is not null
