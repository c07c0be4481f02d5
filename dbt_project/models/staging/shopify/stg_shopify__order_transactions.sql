-- Grain: one move of money, or attempt at one, of an order that is not a test.
with transactions as (

    select * from {{ raw('shopify', 'order_transactions') }}
    where not coalesce(test, false)

),

orders as (

    select * from {{ ref('stg_shopify__orders') }}

)

select
    transactions.source_instance,
    split_part(transactions.id, '/', 5) as transaction_id,
    split_part(transactions.parent_id, '/', 5) as parent_transaction_id,
    orders.order_id,
    orders.customer_id,
    transactions.kind,
    transactions.status,
    cast(transactions.amount as decimal(18, 2)) as amount,
    upper(transactions.currency) as currency_code,
    coalesce(transactions.processed_at, transactions.created_at) as moved_at
from transactions
inner join orders
    on
        transactions.source_instance = orders.source_instance
        and split_part(transactions.order_id, '/', 5) = orders.order_id
