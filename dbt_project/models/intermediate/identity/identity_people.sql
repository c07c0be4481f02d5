-- Grain: person_id, everyone whom a record of any system speaks of. A shared inbox counts as one of its own.
-- The account is that of the newest living CRM contact of the person, after a merge the one that survived.
with records as (
    select * from {{ ref('bridge_identity_records') }}
),

people as (
    select
        person_id,
        min(email) as email,
        count(*) as record_count,
        min(case when is_shared_inbox then 1 else 0 end) = 1 as is_shared_inbox
    from records
    group by 1
)

select
    people.person_id,
    people.email,
    people.is_shared_inbox,
    people.record_count,
    coalesce(accounts.account_id, contacts.account_id) as account_id,
    contacts.owner_id,
    contacts.lifecycle_stage,
    contacts.acquisition_channel,
    contacts.has_marketing_consent,
    contacts.person_id is not null as is_crm_contact
from people
left join {{ ref('identity_contacts') }} as contacts
    on people.person_id = contacts.person_id and contacts.preference = 1
left join {{ ref('bridge_account_records') }} as accounts
    on contacts.account_id = accounts.record_id and accounts.record_type = 'accounts'
