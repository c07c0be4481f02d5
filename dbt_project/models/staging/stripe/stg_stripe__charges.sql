-- Grain: one attempt to take money, in major units.
with charges as (

    select
        *,
        upper(currency) as currency_code
    from {{ raw('stripe', 'charges') }}

)

select
    charges.source_instance,
    charges.id as charge_id,
    charges.payment_intent as payment_intent_id,
    charges.status,
    charges.currency_code,
    charges.created as created_at,
    cast(charges.amount as decimal(18, 0)) * coalesce(units.minor_unit, 0.01) as amount
from charges
left join {{ ref('stg_stripe__minor_units') }} as units on charges.currency_code = units.currency_code
