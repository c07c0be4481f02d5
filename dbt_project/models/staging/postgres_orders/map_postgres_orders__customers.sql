-- Grain: one customer of the order database.
select
    source_instance,
    customer_id as source_record_id,
    name,
    lower(trim(email)) as email,
    upper(trim(country)) as country_code,
    upper(trim(currency)) as currency_code,
    nullif(trim(account_reference), '') as account_reference,
    created_at,
    changed_at as updated_at,
    _is_deleted as is_deleted
from {{ raw('postgres_orders', 'customers') }}
