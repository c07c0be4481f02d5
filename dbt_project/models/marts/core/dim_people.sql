-- Grain: person_id. Nothing here names a person: addresses and names stay in the identity layer.
select
    people.person_id,
    coalesce(accounts.surviving_account_id, people.account_id) as account_id,
    people.is_shared_inbox,
    people.is_crm_contact,
    people.lifecycle_stage,
    people.acquisition_channel,
    people.has_marketing_consent,
    people.record_count
from {{ ref('identity_people') }} as people
left join {{ ref('dim_accounts') }} as accounts on people.account_id = accounts.account_id
