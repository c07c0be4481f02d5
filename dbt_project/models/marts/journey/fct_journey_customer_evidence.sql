-- Grain: account_id × stage × occurred_at: what shows that an account buys, was taken on, stays, grows or left. A
-- billing customer without a CRM account stands for its own, so that nobody who pays is missing. The paid spells of an
-- account's customers are joined: it churns when the last of them ends.
{%- set kept = "interval '" ~ var('journey_retained_after_days') ~ "' day" %}
with customers as (
    select customer_id, coalesce(account_id, customer_id) as account_id from {{ ref('dim_customers') }}
),

with_reach as (
    select
        customers.account_id,
        spells.customer_id,
        spells.started_at,
        coalesce(spells.ended_at, {{ end_of_time() }}) as ended_at,
        max(coalesce(spells.ended_at, {{ end_of_time() }})) over (
            partition by customers.account_id
            order by spells.started_at, spells.customer_id
            rows between unbounded preceding and 1 preceding
        ) as reached_before
    from {{ ref('fct_paid_spells') }} as spells
    inner join customers on spells.customer_id = customers.customer_id
),

numbered as (
    select
        *,
        sum(case when reached_before is null or reached_before < started_at then 1 else 0 end) over (
            partition by account_id order by started_at, customer_id rows unbounded preceding
        ) as spell_number
    from with_reach
),

spells as (
    select account_id, spell_number, min(started_at) as started_at, max(ended_at) as ended_at
    from numbered
    group by 1, 2
),

evidence as (
    select account_id, 'customer' as stage, started_at as occurred_at
    from spells

    union all

    select customers.account_id, 'customer', orders.ordered_at
    from {{ ref('orders') }} as orders
    inner join customers on orders.customer_id = customers.customer_id
    where not orders.is_deleted and coalesce(orders.status, 'placed') <> 'cancelled'

    union all

    -- Recurring bills are in the spells; a bill for once counts from its issue, so that a late payment wins nobody back.
    select customers.account_id, 'customer', invoices.issued_at
    from {{ ref('invoices') }} as invoices
    inner join customers on invoices.customer_id = customers.customer_id
    where invoices.subscription_id is null and invoices.paid_at is not null and invoices.net_amount > 0

    union all

    -- No system says that a customer was taken on. The nearest to it: the first talk held with them that sells nothing.
    select accounts.surviving_account_id, 'onboarded', activities.occurred_at
    from {{ ref('activities') }} as activities
    inner join {{ ref('dim_account_records') }} as accounts on activities.account_id = accounts.account_id
    where
        not activities.is_deleted
        and activities.opportunity_id is null
        and activities.activity_type in (
            {%- for kind in var('journey_onboarding_activities') %}
            '{{ kind }}'{{ ',' if not loop.last }}
            {%- endfor %}
        )

    union all

    select account_id, 'retained', started_at + {{ kept }}
    from spells
    where started_at + {{ kept }} < ended_at

    union all

    -- Movements are those from one month's end to the next, so growth is known when the month closes.
    select customers.account_id, 'expanded', {{ starts_at("movements.month_date + interval '1' month") }}
    from {{ ref('fct_mrr_movements') }} as movements
    inner join customers on movements.customer_id = customers.customer_id
    where movements.movement = 'expansion' and movements.is_complete

    union all

    select account_id, 'churned', ended_at
    from spells
    where ended_at < {{ end_of_time() }}
)

select distinct account_id, stage, occurred_at
from evidence
where occurred_at < {{ known_until() }}
