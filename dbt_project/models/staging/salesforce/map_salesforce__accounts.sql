-- Grain: one Salesforce account. The acquisition channel is the org's own field where it is filled, the account source
-- otherwise.
with

accounts as (
    select * from {{ ref('stg_salesforce__accounts') }}
),

organizations as (
    select * from {{ ref('stg_salesforce__organizations') }}
)

select
    accounts.source_instance,
    accounts.account_id as source_record_id,
    accounts.name,
    nullif(
        regexp_replace(lower(trim(accounts.website)), '^([a-z]+://)?(www\.)?([^/:?#]*).*$', '\3'), ''
    ) as domain,
    accounts.industry,
    accounts.segment,
    accounts.region,
    {{ salesforce_country_code('accounts.country') }} as country_code,
    accounts.employee_count,
    accounts.annual_revenue,
    case when accounts.annual_revenue is not null then coalesce(accounts.currency_code, organizations.currency_code) end
        as currency_code,
    {{ salesforce_channel('coalesce(accounts.acquisition_channel, accounts.account_source)') }} as acquisition_channel,
    lower(accounts.account_type) as lifecycle_stage,
    {{ record_id('accounts.source_instance', 'accounts.parent_account_id') }} as parent_account_id,
    {{ record_id('accounts.source_instance', 'accounts.owner_id') }} as owner_id,
    accounts.created_at,
    accounts.updated_at,
    accounts.is_deleted,
    {{ record_id('accounts.source_instance', 'accounts.merged_into_account_id') }} as merged_into_account_id
from accounts
left join organizations on accounts.source_instance = organizations.source_instance
