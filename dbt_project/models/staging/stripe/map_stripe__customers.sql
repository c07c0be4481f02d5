-- Grain: one customer. Stripe keeps no time of change.
select
    source_instance,
    customer_id as source_record_id,
    name,
    email,
    country_code,
    currency_code,
    account_reference,
    created_at,
    cast(null as timestamp) as updated_at,
    is_deleted
from {{ ref('stg_stripe__customers') }}
