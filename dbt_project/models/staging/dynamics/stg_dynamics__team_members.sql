-- Grain: one user in one team.
select
    source_instance,
    teamid as team_id,
    systemuserid as user_id
from {{ raw('dynamics', 'teammemberships') }}
where not _is_deleted
