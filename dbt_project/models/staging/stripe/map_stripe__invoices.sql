-- Grain: one finalised invoice. `updated_at` is its last change of status.
select
    source_instance,
    invoice_id as source_record_id,
    invoice_number,
    {{ record_id('source_instance', 'customer_id') }} as customer_id,
    {{ record_id('source_instance', 'subscription_id') }} as subscription_id,
    order_reference,
    status,
    currency_code,
    issued_at,
    due_date,
    paid_at,
    voided_at,
    net_amount,
    tax_amount,
    updated_at
from {{ ref('stg_stripe__invoices') }}
