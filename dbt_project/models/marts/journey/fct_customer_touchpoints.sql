-- Grain: touchpoint_type × record_id: bills paid, goods ordered, help asked for.
with records as (
    select * from {{ ref('bridge_identity_records') }}
),

customer_people as (
    select records.record_id as customer_id, records.person_id, records.confidence, customers.account_id
    from records
    inner join {{ ref('dim_customers') }} as customers on records.record_id = customers.customer_id
    where records.record_type = 'customers'
)

select
    'invoice_paid' as touchpoint_type,
    invoices.invoice_id as record_id,
    people.person_id,
    people.account_id,
    invoices.paid_at as occurred_at,
    'billing' as channel,
    cast(null as string) as campaign_id,
    cast(null as string) as opportunity_id,
    people.confidence
from {{ ref('invoices') }} as invoices
inner join customer_people as people on invoices.customer_id = people.customer_id
where invoices.paid_at is not null

union all

select
    'order_placed',
    orders.order_id,
    people.person_id,
    people.account_id,
    orders.ordered_at,
    'orders',
    cast(null as string),
    cast(null as string),
    people.confidence
from {{ ref('orders') }} as orders
inner join customer_people as people on orders.customer_id = people.customer_id
where not orders.is_deleted

union all

select
    'conversation_started',
    conversations.conversation_id,
    records.person_id,
    cast(null as string),
    conversations.created_at,
    'support',
    cast(null as string),
    cast(null as string),
    records.confidence
from {{ ref('conversations') }} as conversations
inner join records on conversations.conversation_id = records.record_id and records.record_type = 'conversations'
where not conversations.is_deleted
