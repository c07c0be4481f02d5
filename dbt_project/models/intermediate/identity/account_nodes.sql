-- Grain: node, one for each CRM account. An account without a website has the domain its contacts write from, where that
-- is one and nobody's free mail. `is_kept_apart`: a unit of another account of the same domain, an organisation of its own.
with accounts as (
    select
        *,
        {{ web_domain('domain') }} as own_domain
    from {{ ref('accounts') }}
),

contact_domains as (
    select account_id, {{ address_domain('email') }} as domain
    from {{ ref('contacts') }}
    where account_id is not null and email like '%_@_%'
),

inferred as (
    select account_id, min(domain) as domain
    from contact_domains
    where not {{ is_free_mail('domain') }}
    group by 1
    having count(distinct domain) = 1
),

domains as (
    select
        accounts.account_id,
        coalesce(accounts.own_domain, inferred.domain) as domain,
        accounts.own_domain is null and inferred.domain is not null as is_inferred
    from accounts
    left join inferred on accounts.account_id = inferred.account_id
)

select
    'accounts:' || accounts.account_id as node,
    cast(null as string) as trait,
    accounts.account_id,
    case when {{ is_free_mail('domains.domain') }} then null else domains.domain end as domain,
    domains.is_inferred,
    coalesce(parents.domain = domains.domain, false) as is_kept_apart,
    accounts.created_at,
    accounts.merged_into_account_id is not null as is_merged
from accounts
inner join domains on accounts.account_id = domains.account_id
left join domains as parents on accounts.parent_account_id = parents.account_id
