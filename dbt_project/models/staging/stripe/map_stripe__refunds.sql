-- Grain: one refund that was not refused, tied to its invoice through the payment it gives back.
with refunds as (

    select
        *,
        upper(currency) as currency_code
    from {{ raw('stripe', 'refunds') }}
    where status not in ('failed', 'canceled')

),

payments as (

    select * from {{ ref('stg_stripe__invoice_payments') }}
    where status = 'paid'
    -- One payment intent can be spread over several invoices; the refund names none, so the first stands for all.
    qualify row_number() over (
        partition by source_instance, coalesce(payment_intent_id, charge_id)
        order by paid_at, invoice_payment_id
    ) = 1

),

invoices as (

    select * from {{ ref('stg_stripe__invoices') }}

)

select
    refunds.source_instance,
    refunds.id as source_record_id,
    {{ record_id('refunds.source_instance', 'payments.invoice_payment_id') }} as payment_id,
    {{ record_id('refunds.source_instance', 'payments.invoice_id') }} as invoice_id,
    cast(null as varchar) as order_id,
    {{ record_id('refunds.source_instance', 'invoices.customer_id') }} as customer_id,
    cast(refunds.amount as decimal(18, 0)) * coalesce(units.minor_unit, 0.01) as amount,
    refunds.currency_code,
    refunds.reason,
    refunds.created as refunded_at
from refunds
left join payments
    on
        refunds.source_instance = payments.source_instance
        and (
            refunds.payment_intent = payments.payment_intent_id
            or (payments.payment_intent_id is null and refunds.charge = payments.charge_id)
        )
left join invoices
    on payments.source_instance = invoices.source_instance and payments.invoice_id = invoices.invoice_id
left join {{ ref('stg_stripe__minor_units') }} as units on refunds.currency_code = units.currency_code
