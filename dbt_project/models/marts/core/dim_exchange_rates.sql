-- Grain: currency_code × rate_year. One constant rate per calendar year: that of 1 January or the latest before it.
-- Rates are taken through a common quote currency, so a source that only quotes against USD serves any reporting
-- currency. A currency without a rate has no row: amounts in it stay NULL in reporting currency and a check names
-- them.
with rates as (
    select * from {{ ref('exchange_rates') }}
),

years as (
    select distinct calendar_year as rate_year, cast(date_trunc('year', month_date) as date) as first_day
    from {{ ref('dim_months') }}
),

dated as (
    select
        years.rate_year,
        rates.from_currency_code,
        rates.to_currency_code,
        rates.rate_date,
        rates.rate,
        row_number() over (
            partition by years.rate_year, rates.from_currency_code, rates.to_currency_code
            order by rates.rate_date desc, rates.exchange_rate_id asc
        ) as recency
    from years
    inner join rates on years.first_day >= rates.rate_date
),

quotes as (
    select rate_year, from_currency_code, to_currency_code, rate_date, rate
    from dated
    where recency = 1 and from_currency_code <> to_currency_code

    union distinct

    select rate_year, to_currency_code as from_currency_code, to_currency_code, first_day, cast(1 as decimal(18, 8))
    from (
        select distinct years.rate_year, years.first_day, rates.to_currency_code
        from years
        inner join rates on years.first_day >= rates.rate_date
    ) as quote_currencies
),

crossed as (
    select
        priced.rate_year,
        priced.from_currency_code as currency_code,
        priced.rate_date,
        priced.rate as currency_rate,
        reporting.rate as reporting_rate,
        row_number() over (
            partition by priced.rate_year, priced.from_currency_code
            order by
                case when priced.to_currency_code = '{{ var("reporting_currency") }}' then 0 else 1 end asc,
                priced.rate_date desc,
                priced.to_currency_code asc
        ) as preference
    from quotes as priced
    inner join quotes as reporting
        on
            priced.rate_year = reporting.rate_year
            and priced.to_currency_code = reporting.to_currency_code
            and reporting.from_currency_code = '{{ var("reporting_currency") }}'
)

select
    currency_code,
    rate_year,
    '{{ var("reporting_currency") }}' as reporting_currency_code,
    rate_date,
    {{ divide('currency_rate', 'reporting_rate', 8, 'decimal(19,8)', 'decimal(19,8)') }} as rate
from crossed
where preference = 1 and currency_code <> '{{ var("reporting_currency") }}'

union all

select
    '{{ var("reporting_currency") }}' as currency_code,
    rate_year,
    '{{ var("reporting_currency") }}' as reporting_currency_code,
    first_day as rate_date,
    cast(1 as decimal(18, 8)) as rate
from years
