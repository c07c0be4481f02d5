-- Grain: activity_id: what sellers logged of their work until now. A talk is a call or meeting with a buyer; `minutes` is its
-- length where the CRM knows it.
with logged as (
    select
        *,
        activity_type in ('call', 'meeting') and coalesce(contact_id, lead_id, account_id, opportunity_id) is not null
            as is_talk
    from {{ ref('activities') }}
    where not is_deleted and owner_id is not null and occurred_at < {{ known_until() }}
)

select
    activity_id,
    owner_id,
    activity_type,
    account_id,
    contact_id,
    lead_id,
    opportunity_id,
    occurred_at,
    {{ month_at('occurred_at') }} as month_date,
    is_talk,
    case when is_talk then duration_minutes end as minutes
from logged
