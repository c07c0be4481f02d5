-- Grain: conversion_type × conversion_id: what counts as a conversion, by whom, and what it is worth in reporting
-- currency. A deal converts for its account, an order for the customer's account or else person, a goal for the person
-- the visit belongs to or else its device. A deal counts where it was won last; its lead is the earliest record of
-- anyone at the account.
{%- set kinds = var('attribution_conversions') %}
with accounts as (
    select account_id, surviving_account_id from {{ ref('dim_account_records') }}
),

known_since as (
    select accounts.surviving_account_id as account_id, min(contacts.created_at) as lead_created_at
    from {{ ref('contacts') }} as contacts
    inner join accounts on contacts.account_id = accounts.account_id
    group by 1
),

leads as (
    select converted_opportunity_id as opportunity_id, min(created_at) as lead_created_at
    from {{ ref('leads') }}
    where converted_opportunity_id is not null
    group by 1
),

deals as (
    select
        deals.opportunity_id,
        accounts.surviving_account_id as account_id,
        deals.opportunity_type,
        deals.created_at,
        deals.closed_at,
        deals.is_won,
        case when deals.amount is null then 0 else deals.amount_reporting end as amount,
        case
            when leads.lead_created_at < known_since.lead_created_at then leads.lead_created_at
            else coalesce(known_since.lead_created_at, leads.lead_created_at)
        end as lead_created_at
    from {{ ref('fct_opportunities') }} as deals
    left join accounts on deals.account_id = accounts.account_id
    left join known_since on accounts.surviving_account_id = known_since.account_id
    left join leads on deals.opportunity_id = leads.opportunity_id
),

customer_people as (
    select record_id as customer_id, min(person_id) as person_id
    from {{ ref('bridge_identity_records') }}
    where record_type = 'customers'
    group by 1
),

rates as (
    select * from {{ ref('dim_exchange_rates') }}
),

conversions as (
    select
        'opportunity_created' as conversion_type,
        opportunity_id as conversion_id,
        'account' as subject_type,
        account_id as subject_id,
        created_at as occurred_at,
        lead_created_at,
        created_at as opportunity_created_at,
        opportunity_type,
        amount
    from deals
    where created_at is not null

    union all

    select
        'opportunity_won',
        opportunity_id,
        'account',
        account_id,
        closed_at,
        lead_created_at,
        created_at,
        opportunity_type,
        amount
    from deals
    where is_won and closed_at is not null

    union all

    select
        'order_placed',
        orders.order_id,
        case when customers.account_id is not null then 'account' else 'person' end,
        coalesce(customers.account_id, people.person_id),
        orders.ordered_at,
        cast(null as timestamp),
        cast(null as timestamp),
        cast(null as string),
        {{ convert('orders.net_amount', 'rates.rate') }}
    from {{ ref('orders') }} as orders
    left join {{ ref('dim_customers') }} as customers on orders.customer_id = customers.customer_id
    left join customer_people as people on orders.customer_id = people.customer_id
    left join rates
        on
            orders.currency_code = rates.currency_code
            and cast(extract(year from {{ day_of('orders.ordered_at') }}) as bigint) = rates.rate_year
    where not orders.is_deleted and coalesce(orders.status, 'placed') <> 'cancelled' and orders.ordered_at is not null

    union all

    select
        'goal_reached',
        goals.conversion_id,
        case when people.person_id is not null then 'person' else 'device' end,
        coalesce(people.person_id, sessions.source_instance || ':' || sessions.visitor_id),
        goals.occurred_at,
        cast(null as timestamp),
        cast(null as timestamp),
        cast(null as string),
        case when goals.value is null then 0 else {{ convert('goals.value', 'rates.rate') }} end
    from {{ ref('conversions') }} as goals
    left join {{ ref('sessions') }} as sessions on goals.session_id = sessions.session_id
    left join {{ ref('session_people') }} as people on goals.session_id = people.session_id
    left join rates
        on
            goals.currency_code = rates.currency_code
            and cast(extract(year from {{ day_of('goals.occurred_at') }}) as bigint) = rates.rate_year
)

select
    conversion_type,
    conversion_id,
    subject_type,
    subject_id,
    occurred_at,
    {{ month_at('occurred_at') }} as month_date,
    lead_created_at,
    opportunity_created_at,
    opportunity_type,
    cast(amount as decimal(18, 2)) as value_reporting
from conversions
where conversion_type in (
    {%- for kind in kinds %}
    '{{ kind }}'{{ ',' if not loop.last }}
    {%- endfor %}
)
