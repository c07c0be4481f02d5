-- Grain: account_id × stay_number: the stages of an organisation. It has come as far as the furthest of its people,
-- and is a lead from the day it is an account. A paying customer without an account has a journey of its own.
with accounts as (
    select * from {{ ref('dim_account_records') }}
),

evidence as (
    select people.account_id as subject_id, events.stage, events.occurred_at, false as is_inherited
    from {{ ref('fct_journey_buyer_evidence') }} as events
    inner join {{ ref('identity_people') }} as people on events.person_id = people.person_id
    where people.account_id is not null

    union all

    select surviving_account_id, 'lead', created_at, false
    from accounts
    where created_at is not null and (not is_deleted or surviving_account_id <> account_id)

    union all

    select subject_id, 'opportunity', started_at, false
    from {{ ref('fct_journey_deal_spells') }}
    where subject_type = 'account'

    union all

    select subject_id, 'lost', ended_at, false
    from {{ ref('fct_journey_deal_spells') }}
    where subject_type = 'account' and ended_at is not null and not is_won

    union all

    select account_id, stage, occurred_at, false
    from {{ ref('fct_journey_customer_evidence') }}
),

{{ journey_stays('evidence') }}

select subject_id as account_id, stay_number, previous_stage, stage, entered_at, exited_at, next_stage, is_return
from stays
