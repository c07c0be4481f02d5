-- Grain: one company, contact or deal that was merged away, with its survivor.
select
    source_instance,
    'companies' as object_type,
    company_id as merged_id,
    merged_into_company_id as survivor_id
from {{ ref('stg_hubspot__companies') }}
where merged_into_company_id is not null

union all

select
    source_instance,
    'contacts' as object_type,
    contact_id as merged_id,
    merged_into_contact_id as survivor_id
from {{ ref('stg_hubspot__contacts') }}
where merged_into_contact_id is not null

union all

select
    source_instance,
    'deals' as object_type,
    deal_id as merged_id,
    merged_into_deal_id as survivor_id
from {{ ref('stg_hubspot__deals') }}
where merged_into_deal_id is not null
