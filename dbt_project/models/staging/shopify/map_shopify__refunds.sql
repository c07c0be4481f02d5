-- Grain: one move of money back to a customer. A refund that goes to two cards is two, one that only takes goods back none.
with transactions as (

    select * from {{ ref('stg_shopify__order_transactions') }}
    where kind = 'REFUND' and status = 'SUCCESS'

),

named as (

    select
        source_instance,
        unnest(json_extract_string(transaction_ids, '$[*]')) as transaction_gid,
        nullif(trim(note), '') as reason
    from {{ raw('shopify', 'refunds') }}

),

reasons as (

    select
        source_instance,
        split_part(transaction_gid, '/', 5) as transaction_id,
        max(reason) as reason
    from named
    group by all

)

select
    transactions.source_instance,
    transactions.transaction_id as source_record_id,
    {{ record_id('transactions.source_instance', 'transactions.parent_transaction_id') }} as payment_id,
    cast(null as varchar) as invoice_id,
    {{ record_id('transactions.source_instance', 'transactions.order_id') }} as order_id,
    {{ record_id('transactions.source_instance', 'transactions.customer_id') }} as customer_id,
    transactions.amount,
    transactions.currency_code,
    reasons.reason,
    transactions.moved_at as refunded_at
from transactions
left join reasons
    on
        transactions.source_instance = reasons.source_instance
        and transactions.transaction_id = reasons.transaction_id
