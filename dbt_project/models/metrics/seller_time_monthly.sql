-- Grain: month_date × owner_id, owners of a CRM who logged any work in the month. Selling is logged meetings and calls with
-- buyers that have a length, at most one of them at a time: what begins while another lasts counts from its end. Calls and meetings
-- without a length add nothing and are counted apart, so the share is a lower bound that `length_known_rate` qualifies.
-- Business hours are those of the owner's team.
with logged as (
    select * from {{ ref('fct_seller_activities') }}
),

talks as (
    select
        activity_id,
        owner_id,
        month_date,
        {{ seconds_between('cast(month_date as timestamp)', 'occurred_at') }} as begins,
        {{ seconds_between('cast(month_date as timestamp)', 'occurred_at') }} + 60 * minutes as ends
    from logged
    where minutes > 0
),

ordered as (
    select
        *,
        max(ends) over (
            partition by owner_id, month_date order by begins, ends, activity_id
            rows between unbounded preceding and 1 preceding
        ) as busy_until
    from talks
),

spent as (
    select
        owner_id,
        month_date,
        sum(greatest(0, ends - greatest(begins, coalesce(busy_until, 0)))) as selling_seconds
    from ordered
    group by 1, 2
),

work as (
    select
        owner_id,
        month_date,
        count(*) as activity_count,
        cast(sum(case when is_talk then 1 else 0 end) as bigint) as talk_count,
        count(case when minutes > 0 then 1 end) as timed_talk_count
    from logged
    group by 1, 2
),

available as (
    select
        months.month_date,
        months.is_complete,
        days.calendar,
        sum(days.open_minutes) as available_minutes
    from {{ ref('dim_months') }} as months
    inner join {{ ref('dim_business_days') }} as days
        on
            days.date_day >= months.month_date
            and days.date_day < months.next_month_date
            and days.begins_at < months.snapshot_end_at
    group by 1, 2, 3
),

owners as (
    select
        owner_id,
        source_instance,
        team_name,
        {{ business_calendar('team_name') }} as calendar
    from {{ ref('dim_owners') }}
),

totals as (
    select
        work.month_date,
        available.is_complete,
        work.owner_id,
        owners.source_instance,
        owners.team_name,
        work.activity_count,
        work.talk_count,
        work.timed_talk_count,
        cast(floor(coalesce(spent.selling_seconds, 0) / 60) as bigint) as selling_minutes,
        cast(available.available_minutes as bigint) as available_minutes
    from work
    inner join owners on work.owner_id = owners.owner_id
    inner join available on work.month_date = available.month_date and owners.calendar = available.calendar
    left join spent on work.owner_id = spent.owner_id and work.month_date = spent.month_date
)

select
    *,
    {{ ratio('timed_talk_count', 'talk_count') }} as length_known_rate,
    {{ ratio('selling_minutes', 'available_minutes') }} as selling_share
from totals
