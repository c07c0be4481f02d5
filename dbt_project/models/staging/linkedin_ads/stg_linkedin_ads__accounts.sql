-- Grain: one account.
select
    source_instance,
    id as account_id,
    name,
    upper(currency) as currency_code
from {{ raw('linkedin_ads', 'ad_accounts') }}
