-- Grain: conversion_type × channel: what share of the conversions would be lost without a channel, and the channel's
-- part in the sum of these shares, which is its credit under data-driven attribution.
with effects as (
    select
        conversion_type,
        channel,
        cast(round(removal_effect, 9) as decimal(18, 9)) as removal_effect,
        cast(round(conversion_probability, 9) as decimal(18, 9)) as conversion_probability
    from {{ ref('solved_removal_effects') }}
),

totals as (
    select
        *,
        cast(sum(removal_effect) over (partition by conversion_type) as decimal(18, 9)) as removal_effect_sum
    from effects
)

select
    conversion_type,
    channel,
    removal_effect,
    conversion_probability,
    {{ divide('removal_effect', 'removal_effect_sum', 6, 'decimal(20,9)', 'decimal(20,9)') }} as share_of_effects
from totals
