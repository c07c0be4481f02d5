-- Grain: customer_id, customers who order and never had a contract: what the predictive models need to know of them.
-- Orders of one day are one purchase. The first purchase makes the customer and is no repeat; it is not in the mean.
with orders as (
    select * from {{ ref('fct_revenue_items') }}
    where item_type = 'order' and customer_id is not null and net_amount > 0
),

billed_orders as (
    select
        orders.customer_id,
        {{ day_of('orders.ordered_at') }} as purchased_on,
        events.net_amount_reporting
    from {{ ref('fct_invoices') }} as invoices
    inner join {{ ref('orders') }} as orders on invoices.order_id = orders.order_id
    inner join {{ ref('fct_revenue_events') }} as events
        on invoices.invoice_id = events.record_id and events.event_type = 'invoice'
    where orders.customer_id is not null and events.net_amount > 0
),

purchases as (
    select customer_id, starts_on as purchased_on, net_amount_reporting
    from orders

    union all

    select customer_id, purchased_on, net_amount_reporting
    from billed_orders
),

days as (
    select
        purchases.customer_id,
        purchases.purchased_on,
        {{ sum_known('purchases.net_amount_reporting') }} as amount,
        min(purchases.purchased_on) over (partition by purchases.customer_id) as first_purchased_on
    from purchases
    left join (select distinct customer_id from {{ ref('subscription_item_terms') }}) as contracts
        on purchases.customer_id = contracts.customer_id
    where contracts.customer_id is null and purchases.purchased_on <= {{ today() }}
    group by 1, 2
)

select
    customer_id,
    first_purchased_on,
    max(purchased_on) as last_purchased_on,
    count(*) - 1 as repeat_purchase_count,
    {{ days_between('first_purchased_on', 'max(purchased_on)') }} as last_purchase_age_days,
    {{ days_between('first_purchased_on', today()) }} as age_days,
    {{ sum_known('amount') }} as purchased_amount,
    {%- set repeated = sum_known('case when purchased_on > first_purchased_on then amount else 0 end') %}
    cast({{ divide(repeated, '(count(*) - 1)', 2) }} as decimal(18, 2)) as average_repeat_amount
from days
group by 1, 2
