-- Grain: one fiscal period.
select
    source_instance,
    id as period_id,
    type as period_type,
    start_date,
    end_date
from {{ raw('salesforce', 'periods') }}
