-- Grain: one HubSpot contact. Marketing consent is the absence of an opt-out, and unknown where HubSpot is silent.
with

contacts as (
    select * from {{ ref('stg_hubspot__contacts') }}
),

companies as (
    select * from {{ ref('stg_hubspot__associations') }}
    where from_object_type = 'contacts' and to_object_type = 'companies' and priority = 1
),

traffic_sources as (
    select * from {{ ref('stg_hubspot__traffic_sources') }}
)

select
    contacts.source_instance,
    contacts.contact_id as source_record_id,
    {{ record_id('contacts.source_instance', 'coalesce(companies.to_id, contacts.primary_company_id)') }} as account_id,
    nullif(lower(trim(contacts.email)), '') as email,
    contacts.first_name,
    contacts.last_name,
    contacts.job_title,
    contacts.phone,
    case when regexp_matches(trim(contacts.country), '^[A-Za-z]{2}$') then upper(trim(contacts.country)) end
        as country_code,
    lower(contacts.lifecycle_stage) as lifecycle_stage,
    contacts.marketing_qualified_at,
    contacts.sales_qualified_at,
    traffic_sources.channel as acquisition_channel,
    {{ record_id('contacts.source_instance', 'contacts.owner_id') }} as owner_id,
    not contacts.has_opted_out as has_marketing_consent,
    contacts.created_at,
    contacts.updated_at,
    contacts.is_deleted,
    {{ record_id('contacts.source_instance', 'contacts.merged_into_contact_id') }} as merged_into_contact_id
from contacts
left join companies
    on
        contacts.source_instance = companies.source_instance
        and contacts.contact_id = companies.from_id
left join traffic_sources on contacts.traffic_source = traffic_sources.traffic_source
