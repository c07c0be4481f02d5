-- Grain: one article. Goods are sold once unless the mapping says otherwise.
select
    source_instance,
    product_id as source_record_id,
    name,
    family,
    coalesce(revenue_type, 'one_off') as revenue_type,
    list_price,
    upper(trim(currency)) as currency_code,
    _is_deleted as is_deleted
from {{ raw('postgres_orders', 'products') }}
