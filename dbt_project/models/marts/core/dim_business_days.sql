-- Grain: calendar × date_day, local days of the calendar's time zone. `seconds_before` counts all business time before the day, so that
-- the time between any two instants is a difference (macro `business_seconds_at`). Calendar days vary in length where
-- summer time begins or ends; opening hours do not, unless they span that hour.
with days as (
    select
        *,
        {{ seconds_between('opens_at', 'closes_at') }} as open_seconds
    from {{ ref('solved_business_days') }}
)

select
    calendar,
    date_day,
    begins_at,
    ends_at,
    opens_at,
    closes_at,
    is_open,
    closed_for,
    cast(floor(open_seconds / 60) as bigint) as open_minutes,
    cast(
        coalesce(
            sum(open_seconds) over (
                partition by calendar order by date_day rows between unbounded preceding and 1 preceding
            ),
            0
        )
        as bigint
    ) as seconds_before
from days
