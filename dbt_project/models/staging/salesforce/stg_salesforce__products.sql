-- Grain: one Salesforce product.
select
    source_instance,
    id as product_id,
    name,
    family,
    revenue_type,
    coalesce(is_active, false) as is_active,
    coalesce(_is_deleted, false) as is_deleted
from {{ raw('salesforce', 'products') }}
