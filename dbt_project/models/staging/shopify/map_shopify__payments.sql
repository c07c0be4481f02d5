-- Grain: one payment received, or one attempt that failed. An authorization that succeeds moves nothing yet, and what is
-- pending may still do either.
select
    source_instance,
    transaction_id as source_record_id,
    cast(null as varchar) as invoice_id,
    {{ record_id('source_instance', 'order_id') }} as order_id,
    {{ record_id('source_instance', 'customer_id') }} as customer_id,
    amount,
    currency_code,
    moved_at as paid_at,
    status = 'SUCCESS' as is_successful
from {{ ref('stg_shopify__order_transactions') }}
where
    (kind in ('SALE', 'CAPTURE') and status = 'SUCCESS')
    or (kind in ('SALE', 'CAPTURE', 'AUTHORIZATION') and status in ('FAILURE', 'ERROR'))
