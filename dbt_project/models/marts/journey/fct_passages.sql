-- Grain: place × record_id × visit_number: one buyer at one place of the journey that can be passed, waited at or left for
-- good: a stage of the pipeline (by its position, so that CRMs with stages of other names compare), a handoff, or a stage
-- of the journey that neither explains. A stage of the pipeline
-- is passed when the deal goes on towards a win. A lead that was assigned waits for its first touch from then on, and
-- one that was not comes to no first touch, so that nothing counts at two places.
with deals as (
    select * from {{ ref('fct_opportunities') }}
),

stages as (
    select
        'deal_stage_' || visits.stage_order as place,
        visits.stage_name as place_name,
        visits.opportunity_id as record_id,
        visits.visit_number,
        visits.source_instance,
        visits.entered_at,
        visits.left_at as ended_at,
        case
            when visits.outcome in ('advanced', 'won') then 'passed'
            when visits.outcome = 'stays' then 'open'
            else visits.outcome
        end as state,
        {{ seconds_between('visits.entered_at', 'visits.left_at') }} as waited_seconds,
        accounts.surviving_account_id as account_id,
        cast(null as string) as person_id,
        coalesce(accounts.region, 'unknown') as region,
        coalesce(accounts.segment, 'unknown') as segment,
        'unknown' as channel,
        'unknown' as form,
        'unknown' as event_time,
        case when deals.is_closed then case when deals.is_won then deals.amount_reporting else 0 end end as stake
    from {{ ref('fct_stage_visits') }} as visits
    inner join deals on visits.opportunity_id = deals.opportunity_id
    left join {{ ref('dim_account_records') }} as accounts on deals.account_id = accounts.account_id
    where visits.state = 'open' and visits.outcome <> 'removed' and visits.stage_order is not null
),

handed_over as (
    select
        *,
        handoff in ('lead_first_touch', 'lead_acceptance') and is_assignment_known as is_from_assignment
    from {{ ref('fct_handoffs') }}
),

customers as (
    select
        count(distinct account_id) as customer_count,
        sum(amount_reporting) as won_amount
    from deals
    where is_won and opportunity_type = 'new_business'
),

enquiries as (
    select count(distinct record_id) as enquiry_count
    from {{ ref('fct_handoffs') }}
    where handoff = 'lead_first_touch'
),

stakes as (
    select
        {{ divide('customers.won_amount', 'customers.customer_count', 2) }} as customer_stake,
        {{ divide('customers.won_amount', 'enquiries.enquiry_count', 2) }} as lead_stake
    from customers
    cross join enquiries
)

select
    place,
    place_name,
    record_id,
    cast(visit_number as bigint) as visit_number,
    source_instance,
    entered_at,
    ended_at,
    state,
    cast(waited_seconds as bigint) as waited_seconds,
    account_id,
    person_id,
    region,
    segment,
    channel,
    form,
    event_time,
    cast(stake as decimal(18, 2)) as stake
from stages

union all

select
    handed_over.handoff,
    handed_over.handoff,
    handed_over.record_id,
    1,
    handed_over.source_instance,
    case when handed_over.is_from_assignment then handed_over.assigned_at else handed_over.event_at end,
    handed_over.completed_at,
    case handed_over.state when 'completed' then 'passed' else handed_over.state end,
    cast(
        case
            when handed_over.state <> 'completed' then null
            when handed_over.is_from_assignment then handed_over.human_calendar_seconds
            else handed_over.calendar_seconds
        end as bigint
    ),
    handed_over.account_id,
    handed_over.person_id,
    handed_over.region,
    handed_over.segment,
    handed_over.channel,
    handed_over.form,
    handed_over.event_time,
    cast(
        case
            when handed_over.handoff in ('customer_success', 'ticket_first_response') then stakes.customer_stake
            else stakes.lead_stake
        end as decimal(18, 2)
    )
from handed_over
cross join stakes
where
    not handed_over.is_from_assignment
    or (
        handed_over.assigned_at is not null
        and handed_over.systems_calendar_seconds <= 86400 * {{ var('handoff_lost_after_days') }}
    )

union all

select
    place,
    place_name,
    record_id,
    visit_number,
    source_instance,
    entered_at,
    ended_at,
    state,
    waited_seconds,
    account_id,
    null,
    region,
    segment,
    channel,
    'unknown',
    'unknown',
    stake
from {{ ref('fct_journey_passages') }}
