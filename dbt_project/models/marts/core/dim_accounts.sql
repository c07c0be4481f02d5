-- Grain: account_id, every account record, the deleted and merged ones too, so that old facts still find theirs.
-- Facts are grouped by surviving_account_id: the record that outlived a merge (followed twice), else the record
-- itself.
with accounts as (
    select * from {{ ref('accounts') }}
)

select
    accounts.account_id,
    coalesce(second.account_id, first.account_id, accounts.account_id) as surviving_account_id,
    accounts.source_instance,
    accounts.name,
    accounts.domain,
    coalesce(accounts.industry, 'unknown') as industry,
    coalesce(accounts.segment, 'unknown') as segment,
    coalesce(accounts.region, 'unknown') as region,
    accounts.country_code,
    accounts.employee_count,
    coalesce(accounts.acquisition_channel, 'unknown') as acquisition_channel,
    accounts.lifecycle_stage,
    accounts.parent_account_id,
    accounts.owner_id,
    accounts.created_at,
    accounts.is_deleted,
    accounts.custom_fields
from accounts
left join accounts as first on accounts.merged_into_account_id = first.account_id
left join accounts as second on first.merged_into_account_id = second.account_id
