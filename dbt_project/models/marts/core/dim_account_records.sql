-- Grain: account_id, every account record, the deleted and merged ones too, so that old facts still find theirs.
-- Facts are grouped by surviving_account_id: the organisation, named after the senior of its accounts in all CRMs.
with accounts as (
    select * from {{ ref('accounts') }}
),

organisations as (
    select record_id, account_id as surviving_account_id
    from {{ ref('bridge_account_records') }}
    where record_type = 'accounts'
)

select
    accounts.account_id,
    organisations.surviving_account_id,
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
inner join organisations on accounts.account_id = organisations.record_id
