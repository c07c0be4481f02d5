-- Grain: touchpoint_type × record_id: contracts, bills and the money that follows them, goods ordered, help asked for.
-- A customer who names nobody is known by its account. A bill is overdue from the first instant after its due date at
-- which it is still open.
{%- set billed = [
    ('subscription_started', 'subscriptions', 'subscription_id', 'started_at',
        "coalesce(status, 'active') <> 'incomplete'"),
    ('subscription_cancel_requested', 'subscriptions', 'subscription_id', 'cancel_requested_at', 'true'),
    ('subscription_ended', 'subscriptions', 'subscription_id', 'ended_at', "coalesce(status, 'ended') <> 'incomplete'"),
    ('invoice_issued', 'invoices', 'invoice_id', 'issued_at', "coalesce(status, 'open') <> 'draft'"),
    ('invoice_overdue', 'overdue', 'invoice_id', 'overdue_at', 'true'),
    ('invoice_paid', 'invoices', 'invoice_id', 'paid_at', 'true'),
    ('invoice_voided', 'invoices', 'invoice_id', 'voided_at', 'true'),
    ('payment_failed', 'payments', 'payment_id', 'paid_at', 'not is_successful'),
    ('credit_note_issued', 'credit_notes', 'credit_note_id', 'issued_at', 'true'),
    ('refund_issued', 'refunds', 'refund_id', 'refunded_at', 'true'),
    ('order_placed', 'orders', 'order_id', 'ordered_at', 'not is_deleted'),
    ('order_cancelled', 'orders', 'order_id', 'cancelled_at', 'not is_deleted'),
] %}
with records as (
    select * from {{ ref('bridge_identity_records') }}
),

customers as (
    select
        customers.customer_id,
        records.person_id,
        records.confidence,
        customers.account_id
    from {{ ref('dim_customers') }} as customers
    left join records on customers.customer_id = records.record_id and records.record_type = 'customers'
    where records.person_id is not null or customers.account_id is not null
),

due as (
    select *, {{ starts_at("due_date + interval '1' day") }} as overdue_at from {{ ref('invoices') }}
),

overdue as (
    select *
    from due
    where
        overdue_at < {{ known_until() }}
        and (
            coalesce(paid_at, voided_at) >= overdue_at
            or (paid_at is null and voided_at is null and status in ('open', 'uncollectible'))
        )
),

{{ first_answers() }},

asked as (
    select
        'conversation_started' as touchpoint_type,
        conversation_id as record_id,
        conversation_id,
        created_at as occurred_at
    from {{ ref('conversations') }}

    union all

    select 'conversation_answered', conversation_id, conversation_id, answered_at
    from answers

    union all

    select 'conversation_solved', conversation_id, conversation_id, solved_at
    from {{ ref('conversations') }}

    union all

    select 'conversation_rated', satisfaction_rating_id, conversation_id, rated_at
    from {{ ref('satisfaction_ratings') }}
)

{% for kind, table, key, moment, condition in billed -%}
select
    '{{ kind }}' as touchpoint_type,
    happened.{{ key }} as record_id,
    'customers' as owner_record_type,
    customers.customer_id as owner_record_id,
    customers.person_id,
    customers.account_id,
    happened.{{ moment }} as occurred_at,
    '{{ 'orders' if table == 'orders' else 'billing' }}' as channel,
    cast(null as string) as campaign_id,
    cast(null as string) as opportunity_id,
    customers.confidence
from {{ table if table == 'overdue' else ref(table) }} as happened
inner join customers on happened.customer_id = customers.customer_id
where happened.{{ moment }} is not null and {{ condition }}

union all

{% endfor -%}
select
    asked.touchpoint_type,
    asked.record_id,
    records.record_type,
    records.record_id,
    records.person_id,
    cast(null as string),
    asked.occurred_at,
    'support',
    cast(null as string),
    cast(null as string),
    records.confidence
from asked
inner join {{ ref('conversations') }} as conversations on asked.conversation_id = conversations.conversation_id
inner join records on conversations.conversation_id = records.record_id and records.record_type = 'conversations'
where not conversations.is_deleted and asked.occurred_at is not null
