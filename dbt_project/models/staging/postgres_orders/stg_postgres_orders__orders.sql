-- Grain: one order, its state in the canonical words: by the state table's label where there is one, else as it stands.
with orders as (

    select * from {{ raw('postgres_orders', 'orders') }}

),

states as (

    select * from {{ raw('postgres_orders', 'order_states') }}

),

labelled as (

    select
        orders.*,
        lower(trim(coalesce(states.label, orders.state))) as label
    from orders
    left join states on orders.source_instance = states.source_instance and orders.state = states.state

)

select
    source_instance,
    order_id,
    customer_id,
    nullif(trim(opportunity_reference), '') as opportunity_reference,
    case
        when label in ('new', 'open', 'pending') then 'placed'
        when label in ('complete', 'completed') then 'delivered'
        when label = 'canceled' then 'cancelled'
        when label in ('refunded', 'partially_refunded') then 'returned'
        else label
    end as status,
    upper(trim(currency)) as currency_code,
    ordered_at,
    cancelled_at,
    changed_at as updated_at,
    _is_deleted as is_deleted
from labelled
