-- Grain: one Salesforce lead, converted, deleted and merged-away ones included.
select
    source_instance,
    id as lead_id,
    email,
    first_name,
    last_name,
    company as company_name,
    title as job_title,
    coalesce(country_code, country) as country,
    status,
    lead_source,
    landing_page,
    owner_id,
    is_converted,
    converted_date,
    converted_account_id,
    converted_contact_id,
    converted_opportunity_id,
    qualified_at,
    created_date as created_at,
    system_modstamp as updated_at,
    coalesce(_is_deleted, false) as is_deleted
from {{ raw('salesforce', 'leads') }}
