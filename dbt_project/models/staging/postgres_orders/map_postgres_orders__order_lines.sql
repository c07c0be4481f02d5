-- Grain: one position of an order.
select
    source_instance,
    order_line_id as source_record_id,
    {{ record_id('source_instance', 'order_id') }} as order_id,
    {{ record_id('source_instance', 'product_id') }} as product_id,
    quantity,
    unit_amount,
    discount_amount,
    tax_amount,
    net_amount
from {{ ref('stg_postgres_orders__order_lines') }}
