-- Grain: one role, queue or public group. Salesforce does not name the region a team serves.
select
    source_instance,
    team_id as source_record_id,
    name,
    null as region,
    {{ record_id('source_instance', 'parent_team_id') }} as parent_team_id
from {{ ref('stg_salesforce__teams') }}
