-- Grain: one team that some owner belongs or belonged to; HubSpot names neither its region nor the team above it.
select
    source_instance,
    team_id as source_record_id,
    max(team_name) as name,
    null as region,
    null as parent_team_id
from {{ ref('stg_hubspot__owner_teams') }}
group by source_instance, team_id
