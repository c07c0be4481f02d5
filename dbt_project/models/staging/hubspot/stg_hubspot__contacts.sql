-- Grain: one HubSpot contact, those archived or merged away included (the latter with ids only).
select
    source_instance,
    id as contact_id,
    merged_into_id as merged_into_contact_id,
    email,
    firstname as first_name,
    lastname as last_name,
    jobtitle as job_title,
    phone,
    country,
    lifecyclestage as lifecycle_stage,
    hs_lifecyclestage_marketingqualifiedlead_date as marketing_qualified_at,
    hs_lifecyclestage_salesqualifiedlead_date as sales_qualified_at,
    hs_analytics_source as traffic_source,
    hs_email_optout as has_opted_out,
    hubspot_owner_id as owner_id,
    properties_with_history,
    associatedcompanyid as primary_company_id,
    associated_companies,
    created_at,
    updated_at,
    coalesce(archived, false) or coalesce(_is_deleted, false) as is_deleted
from {{ raw('hubspot', 'contacts') }}
