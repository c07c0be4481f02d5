-- Grain: one HubSpot owner, those who left included.
select
    source_instance,
    id as owner_id,
    email,
    first_name,
    last_name,
    teams,
    coalesce(archived, false) as is_archived,
    created_at
from {{ raw('hubspot', 'owners') }}
