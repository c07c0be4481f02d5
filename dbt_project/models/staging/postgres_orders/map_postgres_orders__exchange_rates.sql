-- Grain: one currency pair and day.
select
    source_instance,
    rate_date || ':' || upper(trim(from_currency)) || ':' || upper(trim(to_currency)) as source_record_id,
    rate_date,
    upper(trim(from_currency)) as from_currency_code,
    upper(trim(to_currency)) as to_currency_code,
    rate
from {{ raw('postgres_orders', 'exchange_rates') }}
where not _is_deleted
