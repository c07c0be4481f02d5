-- Grain: touchpoint_type × record_id × person_id × occurred_at: sellers' activities with a contact or lead, else with an
-- account, and what became of the deals, for each person who takes part, else for the account. Every closing counts, so
-- a deal lost, reopened and won was lost and won.
with records as (
    select * from {{ ref('bridge_identity_records') }} where record_type in ('contacts', 'leads')
),

opportunity_people as (
    select
        members.opportunity_id,
        people.person_id,
        max(people.confidence) as confidence
    from {{ ref('opportunity_contacts') }} as members
    inner join records as people on members.contact_id = people.record_id and people.record_type = 'contacts'
    group by 1, 2
),

opportunities as (
    select * from {{ ref('opportunities') }} where not is_deleted
),

steps as (
    select opportunity_id, 'opportunity_created' as touchpoint_type, created_at as occurred_at
    from opportunities

    union all

    select transitions.opportunity_id, 'opportunity_' || transitions.to_state, transitions.occurred_at
    from {{ ref('fct_opportunity_transitions') }} as transitions
    where transitions.to_state in ('won', 'lost') and transitions.to_state <> transitions.from_state
)

select
    'activity_' || activities.activity_type as touchpoint_type,
    activities.activity_id as record_id,
    people.record_type as owner_record_type,
    people.record_id as owner_record_id,
    people.person_id,
    activities.account_id,
    activities.occurred_at,
    'sales' as channel,
    cast(null as string) as campaign_id,
    activities.opportunity_id,
    people.confidence
from {{ ref('activities') }} as activities
left join records as people
    on
        coalesce(activities.contact_id, activities.lead_id) = people.record_id
        and people.record_type = case when activities.contact_id is not null then 'contacts' else 'leads' end
where
    not activities.is_deleted
    and activities.occurred_at is not null
    and (people.person_id is not null or activities.account_id is not null)

union all

select
    steps.touchpoint_type,
    steps.opportunity_id as record_id,
    cast(null as string),
    cast(null as string),
    people.person_id,
    opportunities.account_id,
    steps.occurred_at,
    'sales',
    opportunities.campaign_id,
    steps.opportunity_id,
    people.confidence
from steps
inner join opportunities on steps.opportunity_id = opportunities.opportunity_id
left join opportunity_people as people on steps.opportunity_id = people.opportunity_id
where steps.occurred_at is not null and (people.person_id is not null or opportunities.account_id is not null)
