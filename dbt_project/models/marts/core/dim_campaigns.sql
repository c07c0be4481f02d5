-- Grain: campaign_id, on whatever platform it runs.
select
    campaign_id,
    source,
    source_instance,
    name,
    coalesce(channel, 'other') as channel,
    platform,
    utm_campaign,
    status,
    started_at,
    ended_at
from {{ ref('campaigns') }}
