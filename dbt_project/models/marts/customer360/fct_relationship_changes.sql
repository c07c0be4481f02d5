-- Grain: subject_type × subject_id × date_day: what was added to and taken from the open business with an account or a
-- person on a day: its counts and amounts at any day's end are the sums to that day. A billing customer without an
-- account stands for itself. What begins and ends on one day is at no day's end. E-mails opened and what billing does
-- are no touch: both happen by themselves. The MRR of before is valued at the rates of now, so that no rate looks like a
-- loss.
{%- set window = "interval '" ~ var('account_window_days') ~ "' day" %}
with customers as (
    select customer_id, coalesce(account_id, customer_id) as account_id from {{ ref('dim_customers') }}
),

revenue as (
    select customers.account_id, changes.date_day, changes.mrr_change, changes.fx_change, changes.unrated_change
    from {{ ref('fct_mrr_changes') }} as changes
    inner join customers on changes.customer_id = customers.customer_id
),

deals as (
    select
        opportunity_id,
        valid_from as started_at,
        valid_to as ended_at,
        case when amount is null then 0 else coalesce(amount_reporting, 0) end as amount,
        case when amount is not null and amount_reporting is null then 1 else 0 end as unrated
    from {{ ref('fct_opportunity_history') }}
    where state = 'open'
),

deal_subjects as (
    select 'account' as subject_type, accounts.surviving_account_id as subject_id, opportunities.opportunity_id
    from {{ ref('opportunities') }} as opportunities
    inner join {{ ref('dim_account_records') }} as accounts on opportunities.account_id = accounts.account_id

    union distinct

    select 'person', people.person_id, contacts.opportunity_id
    from {{ ref('opportunity_contacts') }} as contacts
    inner join {{ ref('bridge_identity_records') }} as people
        on contacts.contact_id = people.record_id and people.record_type = 'contacts'
),

breaches as (
    select conversation_id, min(occurred_at) as breached_at
    from {{ ref('conversation_events') }}
    where event_type = 'breach'
    group by 1
),

conversations as (
    select
        conversations.conversation_id,
        conversations.created_at,
        case
            when conversations.status in ('solved', 'closed')
                then coalesce(conversations.solved_at, conversations.updated_at, conversations.created_at)
        end as ended_at,
        breaches.breached_at
    from {{ ref('conversations') }} as conversations
    left join breaches on conversations.conversation_id = breaches.conversation_id
    where not conversations.is_deleted
),

conversation_subjects as (
    select 'account' as subject_type, account_id as subject_id, record_id as conversation_id
    from {{ ref('fct_touchpoints') }}
    where touchpoint_type = 'conversation_started' and account_id is not null

    union distinct

    select 'person', person_id, record_id
    from {{ ref('fct_touchpoints') }}
    where touchpoint_type = 'conversation_started' and person_id is not null
),

bills as (
    select
        customers.account_id,
        coalesce(invoices.due_date, {{ day_of('invoices.issued_at') }}) as due_date,
        coalesce(invoices.paid_at, invoices.voided_at) as ended_at
    from {{ ref('invoices') }} as invoices
    inner join customers on invoices.customer_id = customers.customer_id
    where
        invoices.net_amount > 0
        and (
            coalesce(invoices.status, 'open') in ('open', 'uncollectible')
            or coalesce(invoices.paid_at, invoices.voided_at) is not null
        )
),

spells as (
    {%- for measure, amount in [
        ('open_pipeline', 'amount'), ('unrated_opportunities', 'unrated'), ('open_opportunities', '1')
    ] %}
    select
        subjects.subject_type,
        subjects.subject_id,
        '{{ measure }}' as measure,
        {{ amount }} as amount,
        deals.started_at,
        deals.ended_at
    from deals
    inner join deal_subjects as subjects on deals.opportunity_id = subjects.opportunity_id

    union all
    {% endfor %}
    {%- for measure, started_at, ended_at in [
        ('open_conversations', 'created_at', 'ended_at'),
        ('late_conversations', 'breached_at', 'ended_at'),
        ('recent_conversations', 'created_at', 'created_at + ' ~ window),
    ] %}
    select
        subjects.subject_type,
        subjects.subject_id,
        '{{ measure }}',
        1,
        conversations.{{ started_at }},
        conversations.{{ ended_at }}
    from conversations
    inner join conversation_subjects as subjects on conversations.conversation_id = subjects.conversation_id

    union all
    {% endfor %}
    {%- for measure, days in [
        ('overdue_bills', 1),
        ('watched_bills', var('health_overdue_days')[0]),
        ('risky_bills', var('health_overdue_days')[1]),
    ] %}
    select
        'account',
        account_id,
        '{{ measure }}',
        1,
        {{ starts_at("due_date + interval '" ~ days ~ "' day") }},
        ended_at
    from bills

    union all
    {% endfor %}
    select 'account', customers.account_id, 'cancellations', 1, contracts.cancel_requested_at, contracts.ended_at
    from {{ ref('subscriptions') }} as contracts
    inner join customers on contracts.customer_id = customers.customer_id
),

days as (
    select
        *,
        {{ day_of('started_at') }} as first_day,
        {{ day_of('case when ended_at < ' ~ known_until() ~ ' then ended_at end') }} as end_day
    from spells
    where started_at < {{ known_until() }}
),

touches as (
    select account_id, person_id, occurred_at
    from {{ ref('fct_touchpoints') }}
    where area <> 'finance' and touchpoint_type <> 'email_open' and occurred_at < {{ known_until() }}
),

steps as (
    select subject_type, subject_id, first_day as date_day, measure, amount, cast(null as timestamp) as touched_at
    from days
    where end_day is null or first_day < end_day

    union all

    select subject_type, subject_id, end_day, measure, -amount, null
    from days
    where first_day < end_day
    {%- for measure, day, amount in [
        ('mrr', 'date_day', 'mrr_change'),
        ('unrated_mrr', 'date_day', 'unrated_change'),
        ('mrr_before', 'date_day + ' ~ window, 'mrr_change - fx_change'),
        ('mrr_before', 'date_day', 'fx_change'),
    ] %}

    union all

    select 'account', account_id, cast({{ day }} as date), '{{ measure }}', {{ amount }}, null
    from revenue
    {%- endfor %}

    union all

    select 'account', account_id, {{ day_of('occurred_at') }}, 'touches', 1, occurred_at
    from touches
    where account_id is not null

    union all

    select 'person', person_id, {{ day_of('occurred_at') }}, 'touches', 1, occurred_at
    from touches
    where person_id is not null
)

select
    subject_type,
    subject_id,
    date_day,
    {%- for measure in relationship_measures() %}
    cast(
        sum(case when measure = '{{ measure }}' then amount else 0 end)
        as {{ 'decimal(18, 2)' if measure in relationship_amounts() else 'bigint' }}
    ) as {{ measure }},
    {%- endfor %}
    max(touched_at) as last_touch_at
from steps
where date_day <= {{ today() }}
group by 1, 2, 3
