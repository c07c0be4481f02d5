-- Grain: session_id, sessions whose visitor is known. An anonymous session belongs to the next login on the same
-- device, else to the last one before: browsing is credited backwards to whoever later said who they were. Policies say
-- how far apart the two may lie, and whether it takes the consent of every living contact with the login's address.
{%- set window_days = var('stitch_window_days') %}
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
        case when login is not null then started_at end as logged_in_at,
        count(login) over (
            partition by device_id order by started_at desc, session_id desc rows unbounded preceding
        ) as logins_from_here,
        count(login) over (
            partition by device_id order by started_at, session_id rows unbounded preceding
        ) as logins_so_far
    from sessions
),

neighbours as (
    select
        session_id,
        started_at,
        login,
        max(login) over (partition by device_id, logins_from_here) as next_login,
        max(logged_in_at) over (partition by device_id, logins_from_here) as next_login_at,
        max(login) over (partition by device_id, logins_so_far) as last_login,
        max(logged_in_at) over (partition by device_id, logins_so_far) as last_login_at
    from counted
),

stitched as (
    select
        session_id,
        login,
        {% if window_days %}
        case when next_login_at <= started_at + interval '{{ window_days }}' day then next_login end as next_login,
        case when started_at <= last_login_at + interval '{{ window_days }}' day then last_login end as last_login
        {% else %}
        next_login,
        last_login
        {% endif %}
    from neighbours
),

named as (
    select
        session_id,
        coalesce(login, next_login, last_login) as email,
        case
            when login is not null then 'own_login'
            when next_login is not null then 'later_login'
            else 'earlier_login'
        end as rule
    from stitched
),

consents as (
    select {{ address('email') }} as email
    from {{ ref('contacts') }}
    where not is_deleted
    group by 1
    having max(case when has_marketing_consent then 0 else 1 end) = 0
)

select
    named.session_id,
    assignments.subject_id as person_id,
    named.email,
    named.rule,
    cast(case named.rule when 'own_login' then 1 when 'later_login' then 0.95 else 0.9 end as decimal(9, 6))
        as confidence
from named
inner join {{ ref('person_assignments') }} as assignments on 'address:' || named.email = assignments.node
left join consents on named.email = consents.email
where
    named.rule = 'own_login'
    or consents.email is not null
    or {{ 'true' if var('stitch_without_consent') else 'false' }}
