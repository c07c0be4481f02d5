-- Grain: session_id, sessions whose visitor is known. An anonymous session belongs to the next login on the same
-- device, else to the last one before: browsing is credited backwards to whoever later said who they were.
with sessions as (
    select
        *,
        source_instance || ':' || visitor_id as device_id,
        {{ address('user_id') }} as login
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
    stitched.session_id,
    assignments.subject_id as person_id,
    coalesce(stitched.login, stitched.next_login, stitched.last_login) as email,
    case
        when stitched.login is not null then 'own_login'
        when stitched.next_login is not null then 'later_login'
        else 'earlier_login'
    end as rule,
    cast(
        case
            when stitched.login is not null then 1
            when stitched.next_login is not null then 0.95
            else 0.9
        end as decimal(9, 6)
    ) as confidence
from stitched
inner join {{ ref('person_assignments') }} as assignments
    on 'address:' || coalesce(stitched.login, stitched.next_login, stitched.last_login) = assignments.node
