-- Grain: handoff × record_id: how a customer got into the hands of customer success (record: the first deal won as new
-- business). It takes over with the first contact after the win that is about no deal, whoever makes it; one with a lead is
-- one with the account it became, as Salesforce has it.
with activities as (
    {{ outbound_activities() }}
),

contacts_about_no_deal as (
    select
        activities.activity_id,
        activities.occurred_at,
        activities.owner_id,
        coalesce(activities.account_id, leads.converted_account_id) as account_id
    from activities
    left join {{ ref('leads') }} as leads on activities.lead_id = leads.lead_id
    where activities.opportunity_id is null
),

won as (
    select
        deals.opportunity_id,
        deals.source_instance,
        deals.closed_at,
        deals.owner_id,
        accounts.surviving_account_id as account_id,
        accounts.region,
        accounts.segment,
        row_number() over (
            partition by accounts.surviving_account_id order by deals.closed_at, deals.opportunity_id
        ) as position
    from {{ ref('fct_opportunities') }} as deals
    inner join {{ ref('dim_account_records') }} as accounts on deals.account_id = accounts.account_id
    where deals.is_won and deals.opportunity_type = 'new_business' and deals.closed_at is not null
),

taken_over as (
    select
        won.opportunity_id,
        contacts.occurred_at,
        contacts.owner_id,
        row_number() over (
            partition by won.opportunity_id order by contacts.occurred_at, contacts.activity_id
        ) as position
    from won
    inner join {{ ref('dim_account_records') }} as accounts on won.account_id = accounts.surviving_account_id
    inner join contacts_about_no_deal as contacts
        on accounts.account_id = contacts.account_id and won.closed_at <= contacts.occurred_at
    where won.position = 1
)

select
    'customer_success' as handoff,
    won.opportunity_id as record_id,
    won.source_instance,
    won.closed_at as event_at,
    cast(null as timestamp) as assigned_at,
    taken_over.occurred_at as completed_at,
    false as is_assignment_known,
    cast(null as bigint) as assignment_count,
    cast(null as string) as assigned_owner_id,
    coalesce(taken_over.owner_id, won.owner_id) as owner_id,
    won.account_id,
    cast(null as string) as person_id,
    won.region,
    won.segment
from won
left join taken_over on won.opportunity_id = taken_over.opportunity_id and taken_over.position = 1
where won.position = 1
