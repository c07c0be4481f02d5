-- Grain: one customer; a company's name goes before that of the person who ordered for it.
select
    source_instance,
    split_part(id, '/', 5) as source_record_id,
    coalesce(nullif(trim(company), ''), nullif(trim(display_name), '')) as name,
    lower(trim(email)) as email,
    upper(country) as country_code,
    cast(null as varchar) as currency_code,
    nullif(trim(account_reference), '') as account_reference,
    created_at,
    updated_at,
    _is_deleted as is_deleted
from {{ raw('shopify', 'customers') }}
