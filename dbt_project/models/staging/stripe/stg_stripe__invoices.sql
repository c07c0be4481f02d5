-- Grain: one invoice that was finalised; drafts may still change or vanish. Amounts in major units.
with invoices as (

    select
        *,
        upper(currency) as currency_code
    from {{ raw('stripe', 'invoices') }}
    where status <> 'draft' and not coalesce(deleted, false)

)

select
    invoices.source_instance,
    invoices.id as invoice_id,
    invoices.number as invoice_number,
    invoices.customer as customer_id,
    invoices.subscription as subscription_id,
    invoices.status,
    invoices.billing_reason,
    invoices.metadata_order as order_reference,
    invoices.currency_code,
    invoices.created as created_at,
    coalesce(invoices.finalized_at, invoices.created) as issued_at,
    cast(invoices.due_date as date) as due_date,
    invoices.paid_at,
    invoices.voided_at,
    greatest(
        invoices.created, invoices.finalized_at, invoices.paid_at, invoices.voided_at, invoices.marked_uncollectible_at
    ) as updated_at,
    invoices.discounts,
    coalesce(units.minor_unit, 0.01) as minor_unit,
    cast(coalesce(invoices.total_excluding_tax, invoices.total) as decimal(18, 0))
    * coalesce(units.minor_unit, 0.01) as net_amount,
    cast(invoices.total - coalesce(invoices.total_excluding_tax, invoices.total) as decimal(18, 0))
    * coalesce(units.minor_unit, 0.01) as tax_amount
from invoices
left join {{ ref('stg_stripe__minor_units') }} as units on invoices.currency_code = units.currency_code
