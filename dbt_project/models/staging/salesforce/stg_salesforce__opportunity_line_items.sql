-- Grain: one product of an opportunity.
select
    source_instance,
    id as opportunity_line_item_id,
    opportunity_id,
    product2_id as product_id,
    quantity,
    unit_price,
    discount as discount_percent,
    total_price,
    currency_iso_code as currency_code,
    coalesce(_is_deleted, false) as is_deleted
from {{ raw('salesforce', 'opportunity_line_items') }}
