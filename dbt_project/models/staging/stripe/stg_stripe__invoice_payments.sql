-- Grain: one payment against an invoice, made or awaited; amounts in major units.
with payments as (

    select
        *,
        upper(currency) as currency_code
    from {{ raw('stripe', 'invoice_payments') }}

)

select
    payments.source_instance,
    payments.id as invoice_payment_id,
    payments.invoice as invoice_id,
    payments.status,
    payments.payment_intent as payment_intent_id,
    payments.charge as charge_id,
    payments.currency_code,
    coalesce(payments.paid_at, payments.created) as paid_at,
    cast(coalesce(payments.amount_paid, payments.amount_requested) as decimal(18, 0))
    * coalesce(units.minor_unit, 0.01) as amount
from payments
left join {{ ref('stg_stripe__minor_units') }} as units on payments.currency_code = units.currency_code
