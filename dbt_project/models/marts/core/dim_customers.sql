-- Grain: customer_id, as billing and order systems know them; one account may have several. `bridge_account_records` says
-- how the account was found.
with customers as (
    select * from {{ ref('customers') }}
),

accounts as (
    select * from {{ ref('dim_account_records') }}
),

matches as (
    select * from {{ ref('bridge_account_records') }} where record_type = 'customers'
)

select
    customers.customer_id,
    customers.source,
    customers.source_instance,
    customers.name,
    customers.country_code,
    customers.currency_code,
    matches.account_id,
    coalesce(matches.rule, 'unknown') as account_match_rule,
    coalesce(accounts.segment, 'unknown') as segment,
    coalesce(accounts.region, 'unknown') as region,
    coalesce(accounts.industry, 'unknown') as industry,
    coalesce(accounts.acquisition_channel, 'unknown') as acquisition_channel,
    customers.created_at,
    customers.is_deleted
from customers
left join matches on customers.customer_id = matches.record_id
left join accounts on matches.account_id = accounts.account_id
