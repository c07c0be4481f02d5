-- Grain: one currency from one day on. A dated rate holds from its start; a currency without one has a single rate,
-- which Salesforce applies to records of any time.
with

dated as (
    select
        source_instance,
        id as conversion_rate_id,
        iso_code as currency_code,
        start_date as rate_date,
        conversion_rate
    from {{ raw('salesforce', 'dated_conversion_rates') }}
),

undated as (
    select
        source_instance,
        id as conversion_rate_id,
        iso_code as currency_code,
        cast('1900-01-01' as date) as rate_date,
        conversion_rate
    from {{ raw('salesforce', 'currency_types') }}
)

select * from dated
union all
select undated.*
from undated
left join dated
    on undated.source_instance = dated.source_instance and undated.currency_code = dated.currency_code
where dated.currency_code is null
