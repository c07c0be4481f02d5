-- Grain: touchpoint_type × record_id × person_id × occurred_at: sellers' activities with a person, and what became
-- of the deals the person takes part in. Every closing counts, so a deal lost, reopened and won was lost and won.
with contact_people as (
    select record_id as contact_id, person_id, confidence
    from {{ ref('bridge_identity_records') }}
    where record_type = 'contacts'
),

opportunity_people as (
    select
        members.opportunity_id,
        people.person_id,
        max(people.confidence) as confidence
    from {{ ref('opportunity_contacts') }} as members
    inner join contact_people as people on members.contact_id = people.contact_id
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
    people.person_id,
    activities.account_id,
    activities.occurred_at,
    'sales' as channel,
    cast(null as string) as campaign_id,
    activities.opportunity_id,
    people.confidence
from {{ ref('activities') }} as activities
inner join contact_people as people on activities.contact_id = people.contact_id
where not activities.is_deleted and activities.occurred_at is not null

union all

select
    steps.touchpoint_type,
    steps.opportunity_id as record_id,
    people.person_id,
    opportunities.account_id,
    steps.occurred_at,
    'sales',
    opportunities.campaign_id,
    steps.opportunity_id,
    people.confidence
from steps
inner join opportunities on steps.opportunity_id = opportunities.opportunity_id
inner join opportunity_people as people on steps.opportunity_id = people.opportunity_id
where steps.occurred_at is not null
