-- Grain: one campaign group.
select
    source_instance,
    id as campaign_group_id,
    name
from {{ raw('linkedin_ads', 'campaign_groups') }}
