-- Grain: one credit note in force; a voided one took nothing off.
with credit_notes as (

    select
        *,
        upper(currency) as currency_code
    from {{ raw('stripe', 'credit_notes') }}
    where status <> 'void'

)

select
    credit_notes.source_instance,
    credit_notes.id as source_record_id,
    {{ record_id('credit_notes.source_instance', 'credit_notes.invoice') }} as invoice_id,
    {{ record_id('credit_notes.source_instance', 'credit_notes.customer') }} as customer_id,
    cast(coalesce(credit_notes.total_excluding_tax, credit_notes.total) as decimal(18, 0))
    * coalesce(units.minor_unit, 0.01) as net_amount,
    cast(credit_notes.total - coalesce(credit_notes.total_excluding_tax, credit_notes.total) as decimal(18, 0))
    * coalesce(units.minor_unit, 0.01) as tax_amount,
    credit_notes.currency_code,
    credit_notes.reason,
    credit_notes.created as issued_at
from credit_notes
left join {{ ref('stg_stripe__minor_units') }} as units on credit_notes.currency_code = units.currency_code
