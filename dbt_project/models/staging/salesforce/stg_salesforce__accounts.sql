-- Grain: one Salesforce account, those deleted or merged away included.
select
    source_instance,
    id as account_id,
    master_record_id as merged_into_account_id,
    name,
    website,
    type as account_type,
    industry,
    number_of_employees as employee_count,
    annual_revenue,
    coalesce(billing_country_code, billing_country) as country,
    segment,
    region,
    acquisition_channel,
    account_source,
    parent_id as parent_account_id,
    owner_id,
    currency_iso_code as currency_code,
    created_date as created_at,
    system_modstamp as updated_at,
    coalesce(_is_deleted, false) as is_deleted
from {{ raw('salesforce', 'accounts') }}
