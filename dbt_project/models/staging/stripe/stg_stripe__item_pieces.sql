-- Grain: one item over one stretch of time without any change at all: the stretches of its price, cut where a discount
-- begins or ends and where the trial ends.
with stretches as (

    select * from {{ ref('stg_stripe__item_prices') }}
    where ends_at is null or starts_at < ends_at

),

subscriptions as (

    select * from {{ ref('stg_stripe__subscriptions') }}

),

discounts as (

    select * from {{ ref('stg_stripe__item_discounts') }}

),

instants as (

    select source_instance, subscription_item_id, starts_at as at from discounts
    union
    select source_instance, subscription_item_id, ends_at as at from discounts
    union
    select stretches.source_instance, stretches.subscription_item_id, subscriptions.trial_ends_at as at
    from stretches
    inner join subscriptions
        on
            stretches.source_instance = subscriptions.source_instance
            and stretches.subscription_id = subscriptions.subscription_id

),

cuts as (

    select source_instance, subscription_item_id, starts_at as stretch_starts_at, starts_at from stretches
    union
    select
        stretches.source_instance,
        stretches.subscription_item_id,
        stretches.starts_at as stretch_starts_at,
        instants.at as starts_at
    from stretches
    inner join instants
        on
            stretches.source_instance = instants.source_instance
            and stretches.subscription_item_id = instants.subscription_item_id
            and stretches.starts_at < instants.at
            and (stretches.ends_at is null or instants.at < stretches.ends_at)

),

pieces as (

    select
        stretches.source_instance,
        stretches.subscription_id,
        stretches.subscription_item_id,
        stretches.price_id,
        stretches.quantity,
        stretches.unit_amount_billed,
        stretches.is_paused,
        cuts.starts_at,
        coalesce(
            lead(cuts.starts_at) over (
                partition by cuts.source_instance, cuts.subscription_item_id, cuts.stretch_starts_at
                order by cuts.starts_at
            ),
            stretches.ends_at
        ) as ends_at,
        coalesce(cuts.starts_at < subscriptions.trial_ends_at, false) as is_trial,
        subscriptions.customer_id
    from cuts
    inner join stretches
        on
            cuts.source_instance = stretches.source_instance
            and cuts.subscription_item_id = stretches.subscription_item_id
            and cuts.stretch_starts_at = stretches.starts_at
    inner join subscriptions
        on
            stretches.source_instance = subscriptions.source_instance
            and stretches.subscription_id = subscriptions.subscription_id

),

discounted as (

    select
        pieces.source_instance,
        pieces.subscription_item_id,
        pieces.starts_at,
        {{ stripe_combined_percent('discounts.percent_off') }} as discount_percent,
        {{ stripe_combined_percent('case when discounts.is_permanent then discounts.percent_off else 0 end') }}
            as permanent_discount_percent
    from pieces
    inner join discounts
        on
            pieces.source_instance = discounts.source_instance
            and pieces.subscription_item_id = discounts.subscription_item_id
            and discounts.starts_at <= pieces.starts_at
            and (discounts.ends_at is null or pieces.starts_at < discounts.ends_at)
    group by all

)

select
    pieces.*,
    coalesce(discounted.discount_percent, 0) as discount_percent,
    coalesce(discounted.permanent_discount_percent, 0) as permanent_discount_percent
from pieces
left join discounted
    on
        pieces.source_instance = discounted.source_instance
        and pieces.subscription_item_id = discounted.subscription_item_id
        and pieces.starts_at = discounted.starts_at
