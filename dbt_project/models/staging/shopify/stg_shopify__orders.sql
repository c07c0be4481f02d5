-- Grain: one order that is not a test. Imported orders were placed before they were created. Net is all that is owed but
-- tax, shipping included, so that orders, payments and refunds tie out.
select
    source_instance,
    split_part(id, '/', 5) as order_id,
    split_part(customer_id, '/', 5) as customer_id,
    nullif(trim(opportunity_reference), '') as opportunity_reference,
    financial_status,
    fulfillment_status,
    return_status,
    coalesce(list_distinct(json_extract_string(fulfillments, '$[*].displayStatus')) = ['DELIVERED'], false)
        as is_delivered,
    upper(currency) as currency_code,
    coalesce(processed_at, created_at) as ordered_at,
    cancelled_at,
    coalesce(taxes_included, false) as is_tax_included,
    cast(total as decimal(18, 2)) - cast(coalesce(total_tax, 0) as decimal(18, 2)) as net_amount,
    cast(coalesce(total_tax, 0) as decimal(18, 2)) as tax_amount,
    updated_at,
    _is_deleted as is_deleted
from {{ raw('shopify', 'orders') }}
where not coalesce(test, false)
