-- Grain: person_id × valid_from: days over which nothing changed of what is known of a person, as it was at the end of
-- each. Revenue and health are those of the organisation: fct_account_states, by the account the person has today.
{%- set columns = [
    'stage', 'owner_id', 'known_pipeline', 'open_opportunities', 'last_touch_at', 'open_conversations', 'late_conversations',
    'recent_conversations',
] %}
with changes as (
    select * from {{ ref('fct_relationship_changes') }} where subject_type = 'person'
),

stages as (
    select person_id, stage, {{ day_of('entered_at') }} as first_day, {{ day_of('exited_at') }} as end_day
    from {{ ref('fct_journey_person_stages') }}
),

owners as (
    select * from {{ ref('fct_person_owners') }}
),

points as (
    select subject_id, date_day from changes

    union distinct

    select person_id, first_day from stages

    union distinct

    select person_id, valid_from from owners

    union distinct

    select person_id, valid_to from owners where valid_to is not null
),

{{ relationship_sums() }},

running as (
    select
        sums.*,
        case when sums.unrated_opportunities = 0 then sums.open_pipeline end as known_pipeline,
        stages.stage,
        owners.owner_id
    from sums
    left join stages
        on
            sums.subject_id = stages.person_id
            and sums.date_day >= stages.first_day
            and (stages.end_day is null or sums.date_day < stages.end_day)
    left join owners
        on
            sums.subject_id = owners.person_id
            and sums.date_day >= owners.valid_from
            and (owners.valid_to is null or sums.date_day < owners.valid_to)
),

{{ relationship_stretches('running', columns) }}

select
    stretches.subject_id as person_id,
    stretches.date_day as valid_from,
    stretches.next_day as valid_to,
    stretches.next_day is null as is_current,
    people.account_id,
    stretches.stage,
    stretches.owner_id,
    cast(stretches.known_pipeline as decimal(18, 2)) as open_pipeline_amount,
    cast(stretches.open_opportunities as bigint) as open_opportunity_count,
    stretches.last_touch_at,
    cast(stretches.open_conversations as bigint) as open_conversation_count,
    cast(stretches.late_conversations as bigint) as late_conversation_count,
    cast(stretches.recent_conversations as bigint) as recent_conversation_count
from stretches
left join {{ ref('identity_people') }} as people on stretches.subject_id = people.person_id
