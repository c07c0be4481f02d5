-- Grain: owner_id, those who left included: their deals and activities stay theirs.
select
    owners.owner_id,
    owners.source_instance,
    owners.name,
    coalesce(teams.name, 'unknown') as team_name,
    coalesce(teams.region, 'unknown') as team_region,
    owners.manager_name,
    owners.is_active,
    owners.created_at
from {{ ref('owners') }} as owners
left join {{ ref('teams') }} as teams on owners.team_id = teams.team_id
