-- Grain: one Dynamics contact. Marketing consent is the absence of an opt-out, and unknown where Dynamics is silent.
with

contacts as (
    select * from {{ ref('stg_dynamics__contacts') }}
),

leads as (
    select * from {{ ref('stg_dynamics__leads') }}
)

select
    contacts.source_instance,
    contacts.contact_id as source_record_id,
    {{ record_id('contacts.source_instance', 'contacts.account_id') }} as account_id,
    nullif(lower(trim(contacts.email)), '') as email,
    contacts.first_name,
    contacts.last_name,
    contacts.job_title,
    contacts.phone,
    case when regexp_matches(trim(contacts.country), '^[A-Za-z]{2}$') then upper(trim(contacts.country)) end
        as country_code,
    lower(contacts.relationship) as lifecycle_stage,
    null as marketing_qualified_at,
    null as sales_qualified_at,
    coalesce(leads.channel, contacts.lead_source) as acquisition_channel,
    {{ record_id('contacts.source_instance', 'contacts.owner_id') }} as owner_id,
    not contacts.has_opted_out as has_marketing_consent,
    contacts.created_at,
    contacts.updated_at,
    contacts.is_deleted,
    {{ record_id('contacts.source_instance', 'contacts.merged_into_contact_id') }} as merged_into_contact_id
from contacts
left join leads
    on contacts.source_instance = leads.source_instance and contacts.originating_lead_id = leads.lead_id
