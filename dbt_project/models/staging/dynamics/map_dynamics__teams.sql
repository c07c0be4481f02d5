-- Grain: one team; Dynamics names neither its region nor the team above it.
select
    source_instance,
    team_id as source_record_id,
    name,
    null as region,
    null as parent_team_id
from {{ ref('stg_dynamics__teams') }}
