-- Grain: one team membership of an owner. HubSpot tells of teams only through their members.
with

owners as (
    select * from {{ ref('stg_hubspot__owners') }}
),

memberships as (
    select
        source_instance,
        owner_id,
        unnest(cast(teams as json[])) as team
    from owners
)

select
    source_instance,
    owner_id,
    team ->> '$.id' as team_id,
    team ->> '$.name' as team_name,
    coalesce(cast(team ->> '$.primary' as boolean), false) as is_primary
from memberships
