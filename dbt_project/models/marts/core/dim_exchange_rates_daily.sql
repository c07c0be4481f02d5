-- Grain: currency_code × date_day, every day that has begun: the rate of that day or the latest before it.
-- Rates are taken through a common quote currency, so a source that only quotes against USD serves any reporting
-- currency. A currency without a rate has no row: amounts in it stay NULL in reporting currency and a check names
-- them.
with rates as (
    select * from {{ ref('exchange_rates') }}
),

days as (
    select date_day from {{ ref('dim_dates') }} where has_begun
),

deduplicated as (
    select
        from_currency_code,
        to_currency_code,
        rate_date,
        rate,
        row_number() over (
            partition by from_currency_code, to_currency_code, rate_date order by exchange_rate_id
        ) as position
    from rates
    where from_currency_code <> to_currency_code
),

held as (
    select
        from_currency_code,
        to_currency_code,
        rate_date,
        rate,
        lead(rate_date) over (partition by from_currency_code, to_currency_code order by rate_date) as next_rate_date
    from deduplicated
    where position = 1
),

quotes as (
    select
        days.date_day,
        held.from_currency_code,
        held.to_currency_code,
        held.rate_date,
        held.rate
    from days
    inner join held
        on days.date_day >= held.rate_date and (held.next_rate_date is null or days.date_day < held.next_rate_date)

    union all

    -- A quote currency is worth one of itself.
    select
        days.date_day,
        firsts.to_currency_code as from_currency_code,
        firsts.to_currency_code,
        days.date_day as rate_date,
        cast(1 as decimal(18, 8)) as rate
    from days
    inner join (
        select to_currency_code, min(rate_date) as first_date from rates group by 1
    ) as firsts on days.date_day >= firsts.first_date
),

crossed as (
    select
        priced.date_day,
        priced.from_currency_code as currency_code,
        priced.rate_date,
        priced.rate as currency_rate,
        reporting.rate as reporting_rate,
        row_number() over (
            partition by priced.date_day, priced.from_currency_code
            order by
                case when priced.to_currency_code = '{{ var("reporting_currency") }}' then 0 else 1 end asc,
                priced.rate_date desc,
                priced.to_currency_code asc
        ) as preference
    from quotes as priced
    inner join quotes as reporting
        on
            priced.date_day = reporting.date_day
            and priced.to_currency_code = reporting.to_currency_code
            and reporting.from_currency_code = '{{ var("reporting_currency") }}'
)

select
    currency_code,
    date_day,
    '{{ var("reporting_currency") }}' as reporting_currency_code,
    rate_date,
    {{ divide('currency_rate', 'reporting_rate', 8, 'decimal(19,8)', 'decimal(19,8)') }} as rate
from crossed
where preference = 1 and currency_code <> '{{ var("reporting_currency") }}'

union all

select
    '{{ var("reporting_currency") }}' as currency_code,
    date_day,
    '{{ var("reporting_currency") }}' as reporting_currency_code,
    date_day as rate_date,
    cast(1 as decimal(18, 8)) as rate
from days
