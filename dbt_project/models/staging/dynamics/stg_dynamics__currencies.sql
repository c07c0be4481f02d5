-- Grain: one currency of an environment.
select
    source_instance,
    transactioncurrencyid as currency_id,
    upper(isocurrencycode) as currency_code
from {{ raw('dynamics', 'transactioncurrencies') }}
