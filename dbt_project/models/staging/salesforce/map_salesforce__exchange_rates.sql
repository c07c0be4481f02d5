-- Grain: one currency from one day on. Salesforce gives units of the currency for one of the corporate currency; the
-- contract asks for the reverse, so that every rate is against the same currency.
with

rates as (
    select
        rates.source_instance,
        rates.conversion_rate_id,
        rates.rate_date,
        rates.currency_code,
        organizations.currency_code as corporate_currency_code,
        cast(1 as decimal(19, 8)) as one,
        cast(rates.conversion_rate as decimal(19, 8)) as conversion_rate
    from {{ ref('stg_salesforce__conversion_rates') }} as rates
    inner join {{ ref('stg_salesforce__organizations') }} as organizations
        on rates.source_instance = organizations.source_instance
)

select
    source_instance,
    conversion_rate_id as source_record_id,
    rate_date,
    currency_code as from_currency_code,
    corporate_currency_code as to_currency_code,
    {{ divide('one', 'conversion_rate', 8, 'decimal(19,8)', 'decimal(19,8)') }} as rate
from rates
where currency_code <> corporate_currency_code and conversion_rate > 0 and rate_date is not null
