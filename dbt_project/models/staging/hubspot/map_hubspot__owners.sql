-- Grain: one HubSpot owner, in the main team of those they belong to.
with

owners as (
    select * from {{ ref('stg_hubspot__owners') }}
),

main_teams as (
    select
        source_instance,
        owner_id,
        team_id,
        row_number() over (partition by source_instance, owner_id order by is_primary desc, team_id asc) as priority
    from {{ ref('stg_hubspot__owner_teams') }}
)

select
    owners.source_instance,
    owners.owner_id as source_record_id,
    coalesce(nullif(trim(concat_ws(' ', owners.first_name, owners.last_name)), ''), owners.email) as name,
    lower(owners.email) as email,
    {{ record_id('owners.source_instance', 'main_teams.team_id') }} as team_id,
    null as manager_name,
    not owners.is_archived as is_active,
    owners.created_at
from owners
left join main_teams
    on
        owners.source_instance = main_teams.source_instance
        and owners.owner_id = main_teams.owner_id
        and main_teams.priority = 1
