-- Grain: one order. Cancelled goes before returned, returned before delivered; some parcels still on their way are shipped.
select
    source_instance,
    order_id as source_record_id,
    {{ record_id('source_instance', 'customer_id') }} as customer_id,
    opportunity_reference,
    case
        when cancelled_at is not null then 'cancelled'
        when return_status = 'RETURNED' or financial_status = 'REFUNDED' then 'returned'
        when fulfillment_status = 'FULFILLED' and is_delivered then 'delivered'
        when fulfillment_status in ('FULFILLED', 'PARTIALLY_FULFILLED') then 'shipped'
        else 'placed'
    end as status,
    currency_code,
    ordered_at,
    cancelled_at,
    net_amount,
    tax_amount,
    updated_at,
    is_deleted
from {{ ref('stg_shopify__orders') }}
