-- Grain: order_id, orders to be billed: those that were, and all of a source most of whose orders are; elsewhere, such
-- as in a shop paid by card, an order without a bill lacks nothing. Cancelled and deleted ones owe nothing. Voided
-- bills and drafts do not count as bills.
with orders as (
    select * from {{ ref('orders') }} where not is_deleted and coalesce(status, 'placed') <> 'cancelled'
),

invoices as (
    select * from {{ ref('fct_invoices') }} where is_revenue and order_id is not null
),

billed as (
    select
        order_id,
        min(invoice_id) as invoice_id,
        min(issued_at) as issued_at,
        sum(net_amount) as amount,
        case when min(currency_code) = max(currency_code) then min(currency_code) end as currency_code,
        count(*) as invoice_count
    from invoices
    group by 1
),

billing_sources as (
    select orders.source_instance
    from orders
    left join billed on orders.order_id = billed.order_id
    group by 1
    having count(billed.order_id) * 2 > count(*)
)

select
    orders.order_id,
    orders.customer_id,
    customers.account_id,
    orders.ordered_at,
    orders.net_amount as amount,
    orders.currency_code,
    rates.rate as reporting_rate,
    {{ convert('orders.net_amount', 'rates.rate') }} as amount_reporting,
    billed.invoice_id,
    billed.issued_at,
    cast(coalesce(billed.invoice_count, 0) as bigint) as invoice_count,
    cast(billed.amount as decimal(18, 2)) as invoice_amount,
    billed.currency_code as invoice_currency_code
from orders
left join billing_sources on orders.source_instance = billing_sources.source_instance
left join billed on orders.order_id = billed.order_id
left join {{ ref('dim_customers') }} as customers on orders.customer_id = customers.customer_id
left join {{ ref('dim_exchange_rates') }} as rates
    on
        orders.currency_code = rates.currency_code
        and cast(extract(year from {{ day_of('orders.ordered_at') }}) as bigint) = rates.rate_year
where billed.order_id is not null or billing_sources.source_instance is not null
