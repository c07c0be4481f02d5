-- Grain: one team. The default team of a business unit holds all of its users.
select
    source_instance,
    teamid as team_id,
    name,
    businessunitid as business_unit_id,
    coalesce(isdefault, false) as is_default
from {{ raw('dynamics', 'teams') }}
where not _is_deleted
