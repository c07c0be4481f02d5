-- Grain: one HubSpot company, those archived or merged away included. A merged-away company keeps only its id and its
-- survivor's, because HubSpot answers for it with the survivor.
select
    source_instance,
    id as company_id,
    merged_into_id as merged_into_company_id,
    name,
    domain,
    industry,
    coalesce(hs_country_code, country) as country,
    numberofemployees as employee_count,
    annualrevenue as annual_revenue,
    hs_annual_revenue_currency_code as annual_revenue_currency,
    segment,
    region,
    acquisition_channel,
    hs_analytics_source as traffic_source,
    lifecyclestage as lifecycle_stage,
    hs_parent_company_id as parent_company_id,
    hubspot_owner_id as owner_id,
    properties_with_history,
    created_at,
    updated_at,
    coalesce(archived, false) or coalesce(_is_deleted, false) as is_deleted
from {{ raw('hubspot', 'companies') }}
