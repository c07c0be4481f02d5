-- Grain: one subscription, its billing period taken from its items, which all share it at Stripe's default billing mode.
with subscriptions as (

    select * from {{ raw('stripe', 'subscriptions') }}

),

periods as (

    select
        items.source_instance,
        items.subscription,
        arg_min(prices.billing_interval, items.created) as billing_interval,
        arg_min(prices.billing_interval_count, items.created) as billing_interval_count
    from {{ raw('stripe', 'subscription_items') }} as items
    inner join {{ ref('stg_stripe__prices') }} as prices
        on items.source_instance = prices.source_instance and items.price = prices.price_id
    group by all

)

select
    subscriptions.source_instance,
    subscriptions.id as subscription_id,
    subscriptions.customer as customer_id,
    subscriptions.status as stripe_status,
    case
        when subscriptions.status = 'canceled' then 'cancelled'
        when subscriptions.status = 'incomplete_expired' then 'ended'
        when subscriptions.pause_behavior is not null and subscriptions.status in ('active', 'past_due') then 'paused'
        else subscriptions.status
    end as status,
    upper(subscriptions.currency) as currency_code,
    periods.billing_interval,
    periods.billing_interval_count,
    coalesce(subscriptions.start_date, subscriptions.created) as started_at,
    subscriptions.trial_end as trial_ends_at,
    -- Stripe also stamps contracts that it cancels itself, for which nobody asked.
    case
        when
            coalesce(subscriptions.cancellation_reason, '') not in ('payment_failed', 'payment_disputed')
            then subscriptions.canceled_at
    end as cancel_requested_at,
    subscriptions.ended_at,
    subscriptions.cancellation_reason as end_reason,
    subscriptions.pause_behavior is not null as is_pausing,
    nullif(trim(subscriptions.metadata_opportunity), '') as opportunity_reference,
    subscriptions.discounts,
    subscriptions.items
from subscriptions
left join periods on subscriptions.source_instance = periods.source_instance and subscriptions.id = periods.subscription
