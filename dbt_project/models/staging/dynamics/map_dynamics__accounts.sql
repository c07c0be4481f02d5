-- Grain: one Dynamics account. The acquisition channel is the company's own column where one is configured and filled,
-- the channel of the lead that the account came from otherwise.
with

accounts as (
    select * from {{ ref('stg_dynamics__accounts') }}
),

leads as (
    select * from {{ ref('stg_dynamics__leads') }}
),

currencies as (
    select * from {{ ref('stg_dynamics__currencies') }}
)

select
    accounts.source_instance,
    accounts.account_id as source_record_id,
    accounts.name,
    nullif(
        regexp_replace(lower(trim(accounts.web_site)), '^([a-z]+://)?(www\.)?([^/?#]*).*$', '\3'), ''
    ) as domain,
    accounts.industry,
    accounts.segment,
    accounts.region,
    case when regexp_matches(trim(accounts.country), '^[A-Za-z]{2}$') then upper(trim(accounts.country)) end
        as country_code,
    accounts.employee_count,
    accounts.annual_revenue,
    case when accounts.annual_revenue is not null then currencies.currency_code end as currency_code,
    coalesce(accounts.acquisition_channel, leads.channel) as acquisition_channel,
    lower(accounts.relationship) as lifecycle_stage,
    {{ record_id('accounts.source_instance', 'accounts.parent_account_id') }} as parent_account_id,
    {{ record_id('accounts.source_instance', 'accounts.owner_id') }} as owner_id,
    accounts.created_at,
    accounts.updated_at,
    accounts.is_deleted,
    {{ record_id('accounts.source_instance', 'accounts.merged_into_account_id') }} as merged_into_account_id
from accounts
left join leads
    on accounts.source_instance = leads.source_instance and accounts.originating_lead_id = leads.lead_id
left join currencies
    on accounts.source_instance = currencies.source_instance and accounts.currency_id = currencies.currency_id
