-- Grain: one user, in a team they were put into, or else in the default team of their business unit.
with

users as (
    select * from {{ ref('stg_dynamics__users') }}
),

teams as (
    select * from {{ ref('stg_dynamics__teams') }}
),

candidates as (
    select members.source_instance, members.user_id, members.team_id, teams.is_default
    from {{ ref('stg_dynamics__team_members') }} as members
    inner join teams on members.source_instance = teams.source_instance and members.team_id = teams.team_id

    union

    select users.source_instance, users.user_id, teams.team_id, true as is_default
    from users
    inner join teams
        on
            users.source_instance = teams.source_instance
            and users.business_unit_id = teams.business_unit_id
            and teams.is_default
),

main_teams as (
    select
        source_instance,
        user_id,
        team_id,
        row_number() over (partition by source_instance, user_id order by is_default asc, team_id asc) as priority
    from candidates
)

select
    users.source_instance,
    users.user_id as source_record_id,
    users.name,
    nullif(lower(trim(users.email)), '') as email,
    {{ record_id('users.source_instance', 'main_teams.team_id') }} as team_id,
    users.manager_name,
    not users.is_disabled as is_active,
    users.created_at
from users
left join main_teams
    on
        users.source_instance = main_teams.source_instance
        and users.user_id = main_teams.user_id
        and main_teams.priority = 1
