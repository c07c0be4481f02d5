-- Grain: one product line of an opportunity. Dynamics gives volume discounts per unit and a total with tax.
select
    source_instance,
    opportunityproductid as opportunity_line_id,
    opportunityid as opportunity_id,
    productid as product_id,
    quantity,
    priceperunit as unit_amount,
    coalesce(manualdiscountamount, 0) + coalesce(volumediscountamount * quantity, 0) as discount_amount,
    extendedamount - coalesce(tax, 0) as total_amount,
    transactioncurrencyid as currency_id
from {{ raw('dynamics', 'opportunityproducts') }}
where not _is_deleted
