-- Grain: one Salesforce contact. Marketing consent is the absence of an opt-out, and unknown where nobody may read it.
select
    source_instance,
    contact_id as source_record_id,
    {{ record_id('source_instance', 'account_id') }} as account_id,
    nullif(lower(trim(email)), '') as email,
    first_name,
    last_name,
    job_title,
    phone,
    {{ salesforce_country_code('country') }} as country_code,
    null as lifecycle_stage,
    null as marketing_qualified_at,
    null as sales_qualified_at,
    {{ salesforce_channel('lead_source') }} as acquisition_channel,
    {{ record_id('source_instance', 'owner_id') }} as owner_id,
    not has_opted_out as has_marketing_consent,
    created_at,
    updated_at,
    is_deleted,
    {{ record_id('source_instance', 'merged_into_contact_id') }} as merged_into_contact_id
from {{ ref('stg_salesforce__contacts') }}
