-- Grain: attribution_model × conversion_type × conversion_id × position: how much of a conversion each touch earned.
-- Each model gives touches weights; a touch's credit is the difference of two rounded running shares, so that credits
-- add up to exactly 1 and amounts to the conversion's value to the cent, and no touch is off by more than one unit.
-- With fewer touches than a model names, its weights fall on those there are: one touch earns all; of two, position
-- based gives half each; under W the weight of a moment nobody knows, or of the rest where nothing is left, goes to
-- the others in proportion. Time decay counts back from the last touch, which leaves the proportions as they are.
with paths as (
    select
        paths.*,
        coalesce(effects.removal_effect, 0) as removal_effect,
        case when paths.position = 1 then 1 else 0 end
        + case when paths.is_lead_touch then 1 else 0 end
        + case when paths.is_opportunity_touch then 1 else 0 end as anchor_count
    from {{ ref('fct_conversion_paths') }} as paths
    left join {{ ref('fct_removal_effects') }} as effects
        on paths.conversion_type = effects.conversion_type and paths.channel = effects.channel
),

measured as (
    select
        *,
        sum(removal_effect) over (partition by conversion_type, conversion_id) as removal_effect_sum,
        sum(case when anchor_count = 0 then 1 else 0 end) over (partition by conversion_type, conversion_id)
            as rest_count
    from paths
),

weights as (
    {% for model, weight in {
        'first_touch': 'case when position = 1 then 1 else 0 end',
        'last_touch': 'case when position = touch_count then 1 else 0 end',
        'last_non_direct': 'case when is_last_non_direct then 1 else 0 end',
        'linear': '1',
        'position_based': 'case
            when touch_count <= 2 then 1
            when position = 1 or position = touch_count then 40 * (touch_count - 2)
            else 20
        end',
        'w_shaped': 'case
            when anchor_count = 0 then 10
            else 30 * anchor_count * greatest(rest_count, 1)
        end',
        'time_decay': 'round(power(0.5, seconds_before_last / (86400.0 * ' ~ var("attribution_half_life_days") ~ ')), 9)',
        'markov': 'case when removal_effect_sum = 0 then 1 else removal_effect end',
    }.items() -%}
    select
        '{{ model }}' as attribution_model,
        conversion_type,
        conversion_id,
        position,
        cast({{ weight }} as decimal(20, 9)) as weight
    from measured
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

shares as (
    select
        *,
        cast(
            sum(weight) over (
                partition by attribution_model, conversion_type, conversion_id
                order by position rows unbounded preceding
            ) as decimal(20, 9)
        ) as running_weight,
        cast(sum(weight) over (partition by attribution_model, conversion_type, conversion_id) as decimal(20, 9))
            as total_weight
    from weights
),

running as (
    select
        shares.attribution_model,
        paths.conversion_type,
        paths.conversion_id,
        paths.position,
        paths.month_date,
        paths.converted_at,
        paths.opportunity_type,
        paths.touch_id,
        paths.occurred_at,
        paths.channel,
        paths.campaign_id,
        {{ divide('shares.running_weight', 'shares.total_weight', 9, 'decimal(20,9)', 'decimal(20,9)') }}
            as running_credit,
        paths.value_reporting
    from shares
    inner join paths
        on
            shares.conversion_type = paths.conversion_type
            and shares.conversion_id = paths.conversion_id
            and shares.position = paths.position
),

rounded as (
    select
        *,
        cast(round(value_reporting * running_credit, 2) as decimal(18, 2)) as running_amount
    from running
)

select
    attribution_model,
    conversion_type,
    conversion_id,
    position,
    month_date,
    converted_at,
    opportunity_type,
    touch_id,
    occurred_at,
    channel,
    campaign_id,
    cast(running_credit - coalesce(lag(running_credit) over conversion, 0) as decimal(18, 9)) as credit,
    cast(running_amount - coalesce(lag(running_amount) over conversion, 0) as decimal(18, 2)) as credited_amount
from rounded
window conversion as (partition by attribution_model, conversion_type, conversion_id order by position)
