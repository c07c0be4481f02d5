-- Grain: session_id, sessions whose visitor is known. An anonymous session belongs to the next login on the same
-- device, else to the last one before: browsing is credited backwards to whoever later said who they were.
with sessions as (
    select
        *,
        source_instance || ':' || visitor_id as device_id,
        case when user_id like '%_@_%' then lower(trim(user_id)) end as login
    from {{ ref('sessions') }}
),

counted as (
    select
        *,
        count(login) over (
            partition by device_id order by started_at desc, session_id desc rows unbounded preceding
        ) as logins_from_here,
        count(login) over (
            partition by device_id order by started_at, session_id rows unbounded preceding
        ) as logins_so_far
    from sessions
),

stitched as (
    select
        session_id,
        login,
        max(login) over (partition by device_id, logins_from_here) as next_login,
        max(login) over (partition by device_id, logins_so_far) as last_login
    from counted
)

select
    session_id,
    {{ person_id('coalesce(login, next_login, last_login)') }} as person_id,
    case
        when login is not null then 'own_login'
        when next_login is not null then 'later_login'
        else 'earlier_login'
    end as rule,
    cast(case when login is not null then 1 when next_login is not null then 0.95 else 0.9 end as decimal(9, 6))
        as confidence
from stitched
where coalesce(login, next_login, last_login) is not null
