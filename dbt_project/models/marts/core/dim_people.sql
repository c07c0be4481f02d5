-- Grain: person_id, with what is known of them now; as of other days see fct_person_states. Nothing here names a person:
-- addresses and names stay in the identity layer.
select
    people.person_id,
    people.account_id,
    people.is_shared_inbox,
    people.is_crm_contact,
    people.lifecycle_stage,
    people.acquisition_channel,
    people.has_marketing_consent,
    people.record_count,
    people.owner_id,
    states.stage,
    cast(case when states.person_id is null then 0 else states.open_pipeline_amount end as decimal(18, 2))
        as open_pipeline_amount,
    coalesce(states.open_opportunity_count, 0) as open_opportunity_count,
    states.last_touch_at,
    coalesce(states.open_conversation_count, 0) as open_conversation_count,
    coalesce(states.late_conversation_count, 0) as late_conversation_count,
    coalesce(states.recent_conversation_count, 0) as recent_conversation_count,
    accounts.mrr as account_mrr,
    accounts.health as account_health
from {{ ref('identity_people') }} as people
left join {{ ref('fct_person_states') }} as states on people.person_id = states.person_id and states.is_current
left join {{ ref('dim_accounts') }} as accounts on people.account_id = accounts.account_id
