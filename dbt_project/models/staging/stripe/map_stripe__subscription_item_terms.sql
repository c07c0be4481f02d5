-- Grain: one stretch of time over which an item's price, quantity, discount, trial and pause stay the same; neighbours
-- that are equal are one stretch. Stripe keeps no history of items: it is read from the bills.
with pieces as (

    select * from {{ ref('stg_stripe__item_pieces') }}

),

prices as (

    select * from {{ ref('stg_stripe__prices') }}

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
        hash(
            pieces.price_id, pieces.quantity, pieces.is_trial, pieces.is_paused, pieces.discount_percent,
            pieces.permanent_discount_percent, coalesce(prices.unit_amount, pieces.unit_amount_billed)
        ) as content
    from pieces
    inner join prices on pieces.source_instance = prices.source_instance and pieces.price_id = prices.price_id
    -- A metered item's quantity is known only in arrears.
    where prices.billing_interval is not null and pieces.quantity is not null

),

compared as (

    select
        *,
        lag(content) over item as content_before,
        lag(ends_at) over item as ended_before
    from terms
    window item as (partition by source_instance, subscription_item_id order by starts_at)

),

numbered as (

    select
        *,
        sum(case when content_before = content and ended_before = starts_at then 0 else 1 end) over (
            partition by source_instance, subscription_item_id
            order by starts_at
        ) as term_number
    from compared

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
    any_value(permanent_discount_percent) as permanent_discount_percent,
    any_value(currency_code) as currency_code,
    any_value(is_trial) as is_trial,
    any_value(is_paused) as is_paused
from numbered
group by source_instance, subscription_item_id, term_number
