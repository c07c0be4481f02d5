-- Grain: one HubSpot account (portal).
select
    source_instance,
    portal_id,
    company_currency,
    time_zone
from {{ raw('hubspot', 'account') }}
