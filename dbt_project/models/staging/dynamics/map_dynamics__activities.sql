-- Grain: one activity. It counts for the record it is about: through a deal for its account, through a contact for
-- theirs. With whom it was: the contact it is about, else the first that took part, else the deal's main contact.
with

activities as (
    select * from {{ ref('stg_dynamics__activities') }}
),

deals as (
    select * from {{ ref('stg_dynamics__opportunities') }}
),

contacts as (
    select * from {{ ref('stg_dynamics__contacts') }}
),

partners as (
    select source_instance, activity_id, arg_min(party_id, participation) as contact_id
    from {{ ref('stg_dynamics__activity_parties') }}
    where party_table = 'contact'
    group by source_instance, activity_id
),

placed as (
    select
        activities.*,
        deals.opportunity_id,
        coalesce(contacts.contact_id, partners.contact_id, deals.contact_id) as contact_id,
        case
            when activities.regarding_table = 'account' then activities.regarding_id
            else coalesce(deals.account_id, contacts.account_id)
        end as account_id
    from activities
    left join deals
        on
            activities.source_instance = deals.source_instance
            and activities.regarding_table = 'opportunity'
            and activities.regarding_id = deals.opportunity_id
    left join contacts
        on
            activities.source_instance = contacts.source_instance
            and activities.regarding_table = 'contact'
            and activities.regarding_id = contacts.contact_id
    left join partners
        on
            activities.source_instance = partners.source_instance
            and activities.activity_id = partners.activity_id
)

select
    source_instance,
    activity_id as source_record_id,
    activity_type,
    case is_outbound when true then 'outbound' when false then 'inbound' end as direction,
    occurred_at,
    duration_minutes,
    {{ record_id('source_instance', 'owner_id') }} as owner_id,
    {{ record_id('source_instance', 'account_id') }} as account_id,
    {{ record_id('source_instance', 'contact_id') }} as contact_id,
    {{ record_id('source_instance', "case when regarding_table = 'lead' then regarding_id end") }} as lead_id,
    {{ record_id('source_instance', 'opportunity_id') }} as opportunity_id,
    updated_at,
    is_deleted
from placed
