-- Grain: one position that its order still has, or had when the order itself was deleted. Net of discount, without tax.
with lines as (

    select * from {{ raw('postgres_orders', 'order_lines') }}

),

orders as (

    select * from {{ ref('stg_postgres_orders__orders') }}

)

select
    lines.source_instance,
    lines.order_line_id,
    lines.order_id,
    lines.product_id,
    cast(lines.quantity as decimal(18, 6)) as quantity,
    cast(lines.unit_amount as decimal(18, 6)) as unit_amount,
    cast(coalesce(lines.discount_amount, 0) as decimal(18, 2)) as discount_amount,
    cast(coalesce(lines.tax_amount, 0) as decimal(18, 2)) as tax_amount,
    cast(
        -- Of two decimals of 18 digits DuckDB makes one of 18, twelve of them after the point: too small for a million.
        cast(lines.quantity as decimal(19, 6)) * cast(lines.unit_amount as decimal(19, 6)) as decimal(18, 2)
    ) - cast(coalesce(lines.discount_amount, 0) as decimal(18, 2)) as net_amount
from lines
inner join orders on lines.source_instance = orders.source_instance and lines.order_id = orders.order_id
where not lines._is_deleted or orders.is_deleted
