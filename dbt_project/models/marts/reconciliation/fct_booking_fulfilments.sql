-- Grain: opportunity_id, deals of new business won with an amount: the order or contract that followed from each.
-- A contract is worth a year at the terms it began with, after discount; one on trial is worth something nobody knows
-- yet. A deal is found by the CRM id that order
-- management or billing carries, if exactly one CRM has that id; one merged away stands for its survivor.
with opportunities as (
    select *
    from {{ ref('fct_opportunities') }}
    where is_won and coalesce(opportunity_type, 'new_business') = 'new_business' and amount <> 0
),

referenced as (
    select source_record_id, min(coalesce(merged_into_opportunity_id, opportunity_id)) as opportunity_id
    from {{ ref('opportunities') }}
    group by 1
    having count(*) = 1
),

terms as (
    select
        *,
        min(valid_from) over (partition by subscription_id) as began_at
    from {{ ref('fct_mrr_item_terms') }}
),

contracts as (
    select
        subscription_id,
        currency_code,
        sum(mrr) * 12 as amount
    from terms
    where {{ day_of('valid_from') }} = {{ day_of('began_at') }}
    group by 1, 2
),

fulfilments as (
    select
        'orders' as fulfilment_type,
        order_id as fulfilment_id,
        opportunity_reference,
        ordered_at as began_at,
        net_amount as amount,
        currency_code
    from {{ ref('orders') }}
    where not is_deleted and coalesce(status, 'placed') <> 'cancelled'

    union all

    select
        'subscriptions',
        subscriptions.subscription_id,
        subscriptions.opportunity_reference,
        subscriptions.started_at,
        case
            when contracts.amount is not null then contracts.amount
            when subscriptions.trial_ends_at > {{ as_of() }} and subscriptions.ended_at is null then null
            else 0
        end,
        coalesce(contracts.currency_code, subscriptions.currency_code)
    from {{ ref('subscriptions') }} as subscriptions
    left join contracts on subscriptions.subscription_id = contracts.subscription_id
),

found as (
    select
        referenced.opportunity_id,
        min(fulfilments.fulfilment_type) as fulfilment_type,
        min(fulfilments.fulfilment_id) as fulfilment_id,
        min(fulfilments.began_at) as began_at,
        {{ sum_known('fulfilments.amount') }} as amount,
        case
            when min(fulfilments.currency_code) = max(fulfilments.currency_code) then min(fulfilments.currency_code)
        end as currency_code,
        count(*) as fulfilment_count
    from fulfilments
    inner join referenced on fulfilments.opportunity_reference = referenced.source_record_id
    group by 1
)

select
    opportunities.opportunity_id,
    opportunities.account_id,
    opportunities.owner_id,
    opportunities.closed_at,
    opportunities.amount,
    opportunities.currency_code,
    opportunities.reporting_rate,
    opportunities.amount_reporting,
    found.fulfilment_type,
    found.fulfilment_id,
    found.began_at,
    cast(coalesce(found.fulfilment_count, 0) as bigint) as fulfilment_count,
    cast(found.amount as decimal(18, 2)) as fulfilment_amount,
    found.currency_code as fulfilment_currency_code
from opportunities
left join found on opportunities.opportunity_id = found.opportunity_id
