-- Grain: one campaign. LinkedIn's states are its own, in lower case; a draft deleted for good is removed.
select
    source_instance,
    id as campaign_id,
    account_id,
    campaign_group_id,
    name,
    case when _is_deleted then 'removed' else lower(status) end as status,
    started_at,
    ended_at
from {{ raw('linkedin_ads', 'campaigns') }}
