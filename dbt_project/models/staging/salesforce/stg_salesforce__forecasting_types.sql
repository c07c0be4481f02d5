-- Grain: the forecast type whose numbers count, one for each org. Several types forecast the same deals several times
-- over: by opportunities' amounts where the org does that, else the first in use.
with

ranked as (
    select
        source_instance,
        id as forecasting_type_id,
        developer_name,
        row_number() over (
            partition by source_instance
            order by
                case when is_active then 0 else 1 end,
                case developer_name when 'OpportunityRevenue' then 0 else 1 end,
                id
        ) as preference
    from {{ raw('salesforce', 'forecasting_types') }}
)

select
    source_instance,
    forecasting_type_id,
    developer_name
from ranked
where preference = 1
