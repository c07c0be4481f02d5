-- Grain: one refund that still stands; in the order's currency unless it names its own.
with refunds as (

    select * from {{ raw('postgres_orders', 'refunds') }}
    where not _is_deleted

),

orders as (

    select * from {{ ref('stg_postgres_orders__orders') }}

)

select
    refunds.source_instance,
    refunds.refund_id as source_record_id,
    cast(null as varchar) as payment_id,
    cast(null as varchar) as invoice_id,
    {{ record_id('refunds.source_instance', 'refunds.order_id') }} as order_id,
    {{ record_id('refunds.source_instance', 'orders.customer_id') }} as customer_id,
    refunds.amount,
    coalesce(upper(trim(refunds.currency)), orders.currency_code) as currency_code,
    refunds.reason,
    refunds.refunded_at
from refunds
inner join orders on refunds.source_instance = orders.source_instance and refunds.order_id = orders.order_id
