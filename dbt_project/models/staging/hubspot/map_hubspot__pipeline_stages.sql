-- Grain: one stage of a deal pipeline. Won is the closed stage that HubSpot gives a probability of 1.
select
    source_instance,
    stage_id as source_record_id,
    pipeline_name,
    stage_id as stage_code,
    stage_name,
    row_number() over (partition by source_instance, pipeline_id order by display_order, stage_id) as stage_order,
    win_probability,
    is_closed,
    is_closed and coalesce(win_probability = 1, false) as is_won
from {{ ref('stg_hubspot__pipeline_stages') }}
