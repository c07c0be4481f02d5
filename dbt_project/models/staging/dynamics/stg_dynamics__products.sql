-- Grain: one product, retired and deleted ones included. Of the states only 2 (draft) and 0 (active) are sold.
select
    source_instance,
    productid as product_id,
    name,
    coalesce(family_label, family, parentproductid_label) as family,
    lower(coalesce(revenue_type_label, revenue_type)) as revenue_type,
    producttypecode as product_type_code,
    price as list_price,
    transactioncurrencyid as currency_id,
    statecode = 1 or coalesce(_is_deleted, false) as is_deleted
from {{ raw('dynamics', 'products') }}
