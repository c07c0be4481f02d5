-- Grain: one stretch of time over which an item's price, quantity, discount, trial and pause stay the same; neighbours
-- that are equal are one stretch. Stripe keeps no history of items: it is read from the bills.
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

prices as (

    select * from {{ ref('stg_stripe__prices') }}

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
        stretches.* exclude (starts_at, ends_at),
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
        -- Discounts are taken one after the other; a single one stays exactly what the coupon says.
        case
            when count(*) = 1 then max(discounts.percent_off)
            else cast(round(100 * (1 - product(1 - discounts.percent_off / 100)), 6) as decimal(9, 6))
        end as discount_percent
    from pieces
    inner join discounts
        on
            pieces.source_instance = discounts.source_instance
            and pieces.subscription_item_id = discounts.subscription_item_id
            and discounts.starts_at <= pieces.starts_at
            and (discounts.ends_at is null or pieces.starts_at < discounts.ends_at)
    group by all

),

terms as (

    select
        pieces.*,
        prices.product_id,
        prices.revenue_type,
        prices.billing_interval,
        prices.billing_interval_count,
        prices.currency_code,
        coalesce(prices.unit_amount, pieces.unit_amount_billed) as unit_amount,
        coalesce(discounted.discount_percent, 0) as discount_percent,
        hash(
            pieces.price_id, pieces.quantity, pieces.is_trial, pieces.is_paused, coalesce(discounted.discount_percent, 0),
            coalesce(prices.unit_amount, pieces.unit_amount_billed)
        ) as content
    from pieces
    inner join prices on pieces.source_instance = prices.source_instance and pieces.price_id = prices.price_id
    left join discounted
        on
            pieces.source_instance = discounted.source_instance
            and pieces.subscription_item_id = discounted.subscription_item_id
            and pieces.starts_at = discounted.starts_at
    -- A metered item's quantity is known only in arrears.
    where prices.billing_interval is not null and pieces.quantity is not null

),

numbered as (

    select
        *,
        count(*) filter (where is_new) over (
            partition by source_instance, subscription_item_id
            order by starts_at
        ) as term_number
    from (
        select
            *,
            lag(content) over item is distinct from content or lag(ends_at) over item is distinct from starts_at as is_new
        from terms
        window item as (partition by source_instance, subscription_item_id order by starts_at)
    )

)

select
    source_instance,
    subscription_item_id || '@' || cast(epoch(min(starts_at)) as bigint) as source_record_id,
    {{ record_id('source_instance', 'any_value(subscription_id)') }} as subscription_id,
    subscription_item_id,
    {{ record_id('source_instance', 'any_value(customer_id)') }} as customer_id,
    {{ record_id('source_instance', 'any_value(product_id)') }} as product_id,
    any_value(revenue_type) as revenue_type,
    min(starts_at) as valid_from,
    case when bool_and(ends_at is not null) then max(ends_at) end as valid_to,
    any_value(billing_interval) as billing_interval,
    any_value(billing_interval_count) as billing_interval_count,
    any_value(unit_amount) as unit_amount,
    any_value(quantity) as quantity,
    any_value(discount_percent) as discount_percent,
    any_value(currency_code) as currency_code,
    any_value(is_trial) as is_trial,
    any_value(is_paused) as is_paused
from numbered
group by source_instance, subscription_item_id, term_number
