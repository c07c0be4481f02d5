-- Grain: account_id, every organisation: the account record that survived all merges, and what is known of it now. The
-- other records are in `dim_account_records`.
select
    account_id,
    source_instance,
    name,
    domain,
    industry,
    segment,
    region,
    country_code,
    employee_count,
    acquisition_channel,
    lifecycle_stage,
    parent_account_id,
    owner_id,
    created_at,
    is_deleted,
    custom_fields
from {{ ref('dim_account_records') }}
where account_id = surviving_account_id
