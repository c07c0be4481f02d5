-- Grain: one line of an order that is not a test, as sold, its price as the shop states it: with or without tax.
with lines as (

    select * from {{ raw('shopify', 'order_lines') }}

),

orders as (

    select * from {{ ref('stg_shopify__orders') }}

)

select
    lines.source_instance,
    split_part(lines.id, '/', 5) as order_line_id,
    orders.order_id,
    split_part(lines.product_id, '/', 5) as product_id,
    orders.is_tax_included,
    cast(lines.quantity as decimal(18, 6)) as quantity,
    cast(lines.unit_price as decimal(18, 6)) as unit_price,
    cast(lines.quantity * lines.unit_price as decimal(18, 2)) as gross_amount,
    cast(lines.discount_amount as decimal(18, 2)) as discount_amount,
    cast(lines.tax_amount as decimal(18, 2)) as tax_amount
from lines
inner join orders
    on lines.source_instance = orders.source_instance and split_part(lines.order_id, '/', 5) = orders.order_id
