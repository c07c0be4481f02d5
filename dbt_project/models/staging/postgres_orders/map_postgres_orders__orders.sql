-- Grain: one order; its amounts are those of its positions, since the database keeps no total.
with orders as (

    select * from {{ ref('stg_postgres_orders__orders') }}

),

totals as (

    select
        source_instance,
        order_id,
        sum(net_amount) as net_amount,
        sum(tax_amount) as tax_amount
    from {{ ref('stg_postgres_orders__order_lines') }}
    group by all

)

select
    orders.source_instance,
    orders.order_id as source_record_id,
    {{ record_id('orders.source_instance', 'orders.customer_id') }} as customer_id,
    orders.opportunity_reference,
    orders.status,
    orders.currency_code,
    orders.ordered_at,
    orders.cancelled_at,
    coalesce(totals.net_amount, 0) as net_amount,
    coalesce(totals.tax_amount, 0) as tax_amount,
    orders.updated_at,
    orders.is_deleted
from orders
left join totals on orders.source_instance = totals.source_instance and orders.order_id = totals.order_id
