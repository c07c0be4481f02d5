-- Grain: conversion_type × conversion_id × position: the touches that led to a conversion, in order. A conversion
-- without any touch within the lookback has one row, of the channel `unattributed`, so that its value is not lost.
with touched as (
    select
        conversions.conversion_type,
        conversions.conversion_id,
        conversions.occurred_at as converted_at,
        conversions.month_date,
        conversions.opportunity_type,
        conversions.value_reporting,
        conversions.lead_created_at,
        conversions.opportunity_created_at,
        touches.touch_id,
        touches.occurred_at,
        coalesce(touches.channel, 'unattributed') as channel,
        touches.campaign_id
    from {{ ref('fct_conversions') }} as conversions
    left join {{ ref('fct_attribution_touches') }} as touches
        on
            conversions.subject_type = touches.subject_type
            and conversions.subject_id = touches.subject_id
            and touches.occurred_at <= conversions.occurred_at
            and touches.occurred_at
            >= conversions.occurred_at - interval '{{ var("attribution_lookback_days") }}' day
),

placed as (
    select
        *,
        row_number() over conversion as position,
        count(*) over (partition by conversion_type, conversion_id) as touch_count,
        max(occurred_at) over (partition by conversion_type, conversion_id) as last_touch_at,
        sum(case when occurred_at <= lead_created_at then 1 else 0 end) over (
            partition by conversion_type, conversion_id
        ) as lead_position,
        sum(case when occurred_at <= opportunity_created_at then 1 else 0 end) over (
            partition by conversion_type, conversion_id
        ) as opportunity_position,
        max(case when channel <> 'direct' then occurred_at end) over (
            partition by conversion_type, conversion_id
        ) as last_non_direct_at
    from touched
    window conversion as (partition by conversion_type, conversion_id order by occurred_at, touch_id)
)

select
    conversion_type,
    conversion_id,
    position,
    touch_count,
    converted_at,
    month_date,
    opportunity_type,
    value_reporting,
    touch_id,
    occurred_at,
    channel,
    campaign_id,
    position = lead_position as is_lead_touch,
    position = opportunity_position as is_opportunity_touch,
    case
        when last_non_direct_at is null then position = touch_count
        else position = max(case when occurred_at = last_non_direct_at and channel <> 'direct' then position end) over (
            partition by conversion_type, conversion_id
        )
    end as is_last_non_direct,
    coalesce({{ seconds_between('occurred_at', 'last_touch_at') }}, 0) as seconds_before_last
from placed
