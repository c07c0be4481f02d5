-- Grain: conversion_type × from_state × to_state: how often buyers went from one channel to the next, which is all that
-- a first-order Markov chain knows of them. Touches that took part in no conversion of a type form paths that ended in
-- nothing, cut where a buyer paused for longer than the lookback.
with paths as (
    select
        conversion_type,
        conversion_type || '|' || conversion_id as path_id,
        position,
        channel
    from {{ ref('fct_conversion_paths') }}
    where touch_id is not null
),

touches as (
    select * from {{ ref('fct_attribution_touches') }}
),

subjects as (
    select distinct conversion_type, subject_type from {{ ref('fct_conversions') }}
),

idle as (
    select
        subjects.conversion_type,
        touches.subject_type,
        touches.subject_id,
        touches.touch_id,
        touches.occurred_at,
        touches.channel,
        lag(touches.occurred_at) over (
            partition by subjects.conversion_type, touches.subject_type, touches.subject_id
            order by touches.occurred_at, touches.touch_id
        ) as previous_at
    from subjects
    inner join touches on subjects.subject_type = touches.subject_type
    left join (
        select distinct conversion_type, touch_id from {{ ref('fct_conversion_paths') }} where touch_id is not null
    ) as used on subjects.conversion_type = used.conversion_type and touches.touch_id = used.touch_id
    where used.touch_id is null
),

stretches as (
    select
        *,
        sum(
            case
                when previous_at >= occurred_at - interval '{{ var("attribution_lookback_days") }}' day then 0
                else 1
            end
        ) over (
            partition by conversion_type, subject_type, subject_id
            order by occurred_at, touch_id rows unbounded preceding
        ) as stretch
    from idle
),

steps as (
    select
        conversion_type,
        coalesce(lag(channel) over (partition by path_id order by position), '(start)') as from_state,
        channel as to_state
    from paths

    union all

    select conversion_type, channel, '(conversion)'
    from (
        select
            *,
            row_number() over (partition by path_id order by position desc) as place_from_end
        from paths
    ) as ends
    where place_from_end = 1

    union all

    select
        conversion_type,
        coalesce(
            lag(channel) over (
                partition by conversion_type, subject_type, subject_id, stretch order by occurred_at, touch_id
            ), '(start)'
        ),
        channel
    from stretches

    union all

    select conversion_type, channel, '(null)'
    from (
        select
            *,
            row_number() over (
                partition by conversion_type, subject_type, subject_id, stretch
                order by occurred_at desc, touch_id desc
            ) as place_from_end
        from stretches
    ) as ends
    where place_from_end = 1
)

select conversion_type, from_state, to_state, count(*) as transition_count
from steps
group by conversion_type, from_state, to_state
