-- Grain: one subscription. Stripe keeps no time of change.
select
    source_instance,
    subscription_id as source_record_id,
    {{ record_id('source_instance', 'customer_id') }} as customer_id,
    opportunity_reference,
    status,
    currency_code,
    billing_interval,
    billing_interval_count,
    started_at,
    trial_ends_at,
    cancel_requested_at,
    ended_at,
    end_reason,
    cast(null as timestamp) as updated_at
from {{ ref('stg_stripe__subscriptions') }}
