-- Grain: one payment received (an invoice payment) or one attempt that failed (a charge of the same payment intent).
-- An invoice payment still open is neither.
with payments as (

    select * from {{ ref('stg_stripe__invoice_payments') }}

),

invoices as (

    select * from {{ ref('stg_stripe__invoices') }}

),

received as (

    select
        source_instance,
        invoice_payment_id as source_record_id,
        invoice_id,
        amount,
        currency_code,
        paid_at,
        true as is_successful
    from payments
    where status = 'paid'

),

failed as (

    select
        charges.source_instance,
        charges.charge_id as source_record_id,
        payments.invoice_id,
        charges.amount,
        charges.currency_code,
        charges.created_at as paid_at,
        false as is_successful
    from {{ ref('stg_stripe__charges') }} as charges
    inner join payments
        on
            charges.source_instance = payments.source_instance
            and charges.payment_intent_id = payments.payment_intent_id
    where charges.status = 'failed'

),

attempts as (

    select * from received
    union all by name
    select * from failed

)

select
    attempts.source_instance,
    attempts.source_record_id,
    {{ record_id('attempts.source_instance', 'attempts.invoice_id') }} as invoice_id,
    cast(null as varchar) as order_id,
    {{ record_id('attempts.source_instance', 'invoices.customer_id') }} as customer_id,
    attempts.amount,
    attempts.currency_code,
    attempts.paid_at,
    attempts.is_successful
from attempts
left join invoices
    on attempts.source_instance = invoices.source_instance and attempts.invoice_id = invoices.invoice_id
