-- Grain: currency_code × rate_year. One constant rate per calendar year: that of 1 January or the latest before it.
select
    currency_code,
    cast(extract(year from date_day) as bigint) as rate_year,
    reporting_currency_code,
    rate_date,
    rate
from {{ ref('dim_exchange_rates_daily') }}
where date_day = cast({{ dbt.date_trunc('year', 'date_day') }} as date)
