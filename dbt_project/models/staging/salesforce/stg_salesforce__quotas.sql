-- Grain: one quota of revenue, of the forecast type that counts.
with

quotas as (
    select * from {{ raw('salesforce', 'forecasting_quotas') }}
    where coalesce(is_amount, true)
)

select
    quotas.source_instance,
    quotas.id as quota_id,
    quotas.quota_owner_id as owner_id,
    quotas.period_id,
    quotas.start_date,
    quotas.quota_amount as amount,
    quotas.currency_iso_code as currency_code
from quotas
left join {{ ref('stg_salesforce__forecasting_types') }} as counted
    on quotas.source_instance = counted.source_instance
where counted.forecasting_type_id is null or quotas.forecasting_type_id = counted.forecasting_type_id
