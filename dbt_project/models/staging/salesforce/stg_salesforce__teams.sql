-- Grain: one role of the hierarchy, one queue or one public group.
select
    source_instance,
    id as team_id,
    name,
    parent_role_id as parent_team_id
from {{ raw('salesforce', 'user_roles') }}

union all

select
    source_instance,
    id as team_id,
    name,
    null as parent_team_id
from {{ raw('salesforce', 'groups') }}
