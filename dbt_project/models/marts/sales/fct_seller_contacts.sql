-- Grain: activity_id: when one's own sellers approached a buyer: activities of the kinds in `partner_contact_activities`,
-- but for what the buyer began.
select
    activity_id,
    owner_id,
    account_id,
    contact_id,
    lead_id,
    opportunity_id,
    occurred_at
from {{ ref('activities') }}
where
    not is_deleted
    and occurred_at is not null
    and activity_type in (
        {%- for kind in var('partner_contact_activities') %}
        '{{ kind }}'{{ ',' if not loop.last }}
        {%- endfor %}
    )
    and coalesce(direction, 'unknown') <> 'inbound'
