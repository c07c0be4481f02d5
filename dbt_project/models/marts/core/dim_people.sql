-- Grain: person_id. Nothing here names a person: addresses and names stay in the identity layer.
select
    person_id,
    account_id,
    is_shared_inbox,
    is_crm_contact,
    lifecycle_stage,
    acquisition_channel,
    has_marketing_consent,
    record_count
from {{ ref('identity_people') }}
