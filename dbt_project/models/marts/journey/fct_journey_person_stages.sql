-- Grain: person_id × stay_number: the stages of a person. Up to the deals the person takes part in they are the
-- person's own; organisations are customers, so from there on they are those of the person's account, as far as it was
-- in them after anything was known of the person.
with own as (
    select person_id, stage, occurred_at from {{ ref('fct_journey_buyer_evidence') }}

    union all

    select subject_id, 'opportunity', started_at
    from {{ ref('fct_journey_deal_spells') }}
    where subject_type = 'person'

    union all

    select subject_id, 'lost', ended_at
    from {{ ref('fct_journey_deal_spells') }}
    where subject_type = 'person' and ended_at is not null and not is_won
),

known as (
    select person_id, min(occurred_at) as known_since from own group by 1
),

evidence as (
    select person_id as subject_id, stage, occurred_at, false as is_inherited
    from own

    union all

    select
        known.person_id,
        stages.stage,
        case when stages.entered_at < known.known_since then known.known_since else stages.entered_at end,
        true
    from known
    inner join {{ ref('identity_people') }} as people on known.person_id = people.person_id
    inner join {{ ref('fct_journey_account_stages') }} as stages on people.account_id = stages.account_id
    where
        (
            stages.stage in {{ customer_stages() }}
            and (stages.exited_at is null or stages.exited_at > known.known_since)
        )
        or (
            stages.stage = 'churned'
            and stages.previous_stage in {{ customer_stages() }}
            and stages.entered_at > known.known_since
        )
),

{{ journey_stays('evidence') }}

select subject_id as person_id, stay_number, previous_stage, stage, entered_at, exited_at, next_stage, is_return
from stays
