-- Grain: contact_id. The CRM contacts of each person, in the order in which they speak for them: the living before the
-- deleted, those with an account before those without, then the newest.
select
    records.person_id,
    contacts.contact_id,
    contacts.account_id,
    contacts.owner_id,
    contacts.lifecycle_stage,
    contacts.acquisition_channel,
    contacts.has_marketing_consent,
    contacts.created_at,
    row_number() over (
        partition by records.person_id
        order by
            case when contacts.is_deleted then 1 else 0 end asc,
            case when contacts.account_id is null then 1 else 0 end asc,
            contacts.created_at desc nulls last,
            contacts.contact_id asc
    ) as preference
from {{ ref('contacts') }} as contacts
inner join {{ ref('bridge_identity_records') }} as records
    on contacts.contact_id = records.record_id and records.record_type = 'contacts'
