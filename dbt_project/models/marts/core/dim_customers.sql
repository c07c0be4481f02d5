-- Grain: customer_id, as billing and order systems know them; one account may have several. The account is looked
-- for in this order: the CRM id typed in by a seller (if exactly one CRM has that id), the contact with the
-- customer's e-mail address, the account whose domain that address is in (if exactly one has it).
with customers as (
    select * from {{ ref('customers') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

by_reference as (
    select source_record_id as account_reference, min(account_id) as account_id
    from {{ ref('accounts') }}
    group by 1
    having count(*) = 1
),

by_domain as (
    select domain, min(account_id) as account_id
    from accounts
    where domain is not null and not is_deleted
    group by 1
    having count(*) = 1
),

matched as (
    select
        customers.*,
        by_reference.account_id as referenced_account_id,
        people.account_id as contact_account_id,
        by_domain.account_id as domain_account_id,
        coalesce(by_reference.account_id, people.account_id, by_domain.account_id) as account_id
    from customers
    left join by_reference on customers.account_reference = by_reference.account_reference
    left join {{ ref('dim_people') }} as people on {{ person_id('lower(trim(customers.email))') }} = people.person_id
    left join by_domain on substring(customers.email, position('@' in customers.email) + 1) = by_domain.domain
)

select
    matched.customer_id,
    matched.source,
    matched.source_instance,
    matched.name,
    matched.country_code,
    matched.currency_code,
    accounts.surviving_account_id as account_id,
    case
        when matched.referenced_account_id is not null then 'crm_reference'
        when matched.contact_account_id is not null then 'contact_email'
        when matched.domain_account_id is not null then 'email_domain'
        else 'unknown'
    end as account_match_rule,
    coalesce(accounts.segment, 'unknown') as segment,
    coalesce(accounts.region, 'unknown') as region,
    coalesce(accounts.industry, 'unknown') as industry,
    coalesce(accounts.acquisition_channel, 'unknown') as acquisition_channel,
    matched.created_at,
    matched.is_deleted
from matched
left join accounts on matched.account_id = accounts.account_id
