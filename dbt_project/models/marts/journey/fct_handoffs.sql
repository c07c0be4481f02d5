-- Grain: handoff × record_id: one record passing from one team to the next. Systems delay runs from the event to the
-- assignment, human delay from there to the first touch; both end with the handoff, and while it is open they run to
-- `as_of`. Where the system keeps no assignments only the whole is known. Who had to wait for longer than
-- `handoff_lost_after_days` is lost, even if somebody came across the record much later. The team is that of whom it was
-- assigned to, where that is known, else of its owner; business time is that of the team, else of the buyer's region, where
-- the settings give either a calendar of its own.
with handoffs as (
    select
        handoff, record_id, source_instance, event_at, assigned_at, completed_at, is_assignment_known, assignment_count,
        assigned_owner_id, owner_id, account_id, person_id, region, segment, channel, form,
        cast(null as bigint) as target_minutes
    from {{ ref('fct_lead_handoffs') }}

    union all

    select
        handoff, record_id, source_instance, event_at, assigned_at, completed_at, is_assignment_known, assignment_count,
        assigned_owner_id, owner_id, account_id, person_id, region, segment, 'unknown', 'unknown', null
    from {{ ref('fct_customer_handoffs') }}

    union all

    select
        handoff, record_id, source_instance, event_at, assigned_at, completed_at, is_assignment_known, assignment_count,
        assigned_owner_id, owner_id, account_id, person_id, region, segment, 'unknown', 'unknown', target_minutes
    from {{ ref('fct_ticket_handoffs') }}
),

bounded as (
    select
        handoffs.*,
        coalesce(handoffs.completed_at, {{ known_until() }}) as stops_at,
        least(coalesce(handoffs.assigned_at, {{ end_of_time() }}), coalesce(handoffs.completed_at, {{ known_until() }}))
            as splits_at,
        owners.team_name,
        {{ routed_team('handoffs.region', 'handoffs.segment') }} as expected_team_name,
        case handoffs.handoff
            {%- for handoff, minutes in var('handoff_agreed_minutes').items() %}
            when '{{ handoff }}' then {{ minutes }}
            {%- endfor %}
        end as agreed_business_minutes
    from handoffs
    left join {{ ref('dim_owners') }} as owners
        on coalesce(handoffs.assigned_owner_id, handoffs.owner_id) = owners.owner_id
    where handoffs.event_at < {{ known_until() }}
),

placed as (
    select
        *,
        {{ business_calendar('team_name', 'region') }} as calendar
    from bounded
),

{{ business_days_by_date() }},

timed as (
    select
        placed.*,
        begun.is_open as is_event_on_working_day,
        placed.event_at >= begun.opens_at and placed.event_at < begun.closes_at as is_event_in_hours,
        {{ seconds_between('placed.event_at', 'placed.splits_at') }} as split_seconds,
        {{ seconds_between('placed.event_at', 'placed.stops_at') }} as all_seconds,
        {{ business_seconds_at('placed.splits_at', 'split') }} - {{ business_seconds_at('placed.event_at', 'begun') }}
            as split_business_seconds,
        {{ business_seconds_at('placed.stops_at', 'ended') }} - {{ business_seconds_at('placed.event_at', 'begun') }}
            as all_business_seconds
    from placed
    left join business_days as begun
        on {{ in_business_day('placed.event_at', 'begun', 'placed.calendar') }}
    left join business_days as split
        on {{ in_business_day('placed.splits_at', 'split', 'placed.calendar') }}
    left join business_days as ended
        on {{ in_business_day('placed.stops_at', 'ended', 'placed.calendar') }}
)

select
    handoff,
    record_id,
    source_instance,
    event_at,
    {{ month_at('event_at') }} as month_date,
    assigned_at,
    completed_at,
    case
        when all_seconds > 86400 * {{ var('handoff_lost_after_days') }} then 'lost'
        when completed_at is not null then 'completed'
        else 'open'
    end as state,
    is_assignment_known,
    case
        when handoff <> 'lead_assignment' then null
        when assigned_at is null or coalesce(assigned_owner_id, owner_id) is null then 'unassigned'
        when expected_team_name is not null and coalesce(team_name, 'unknown') <> expected_team_name then 'wrong_team'
        when assignment_count > 1 then 'rerouted'
        else 'routed'
    end as routing,
    expected_team_name,
    assigned_owner_id,
    owner_id,
    coalesce(team_name, 'unknown') as team_name,
    account_id,
    person_id,
    region,
    segment,
    channel,
    form,
    calendar,
    case
        when not is_event_on_working_day then 'closed_day'
        when is_event_in_hours then 'business_hours'
        else 'out_of_hours'
    end as event_time,
    cast(case when is_assignment_known then split_business_seconds end as bigint) as systems_business_seconds,
    cast(case when is_assignment_known then all_business_seconds - split_business_seconds end as bigint)
        as human_business_seconds,
    cast(all_business_seconds as bigint) as business_seconds,
    cast(case when is_assignment_known then split_seconds end as bigint) as systems_calendar_seconds,
    cast(case when is_assignment_known then all_seconds - split_seconds end as bigint) as human_calendar_seconds,
    cast(all_seconds as bigint) as calendar_seconds,
    cast(coalesce(target_minutes, agreed_business_minutes) as bigint) as agreed_minutes,
    case when target_minutes is null then 'business' else 'calendar' end as agreed_clock,
    case
        when target_minutes is not null then all_seconds > 60 * target_minutes
        else all_business_seconds > 60 * agreed_business_minutes
    end as is_breached
from timed
