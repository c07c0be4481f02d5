-- Grain: one stage. Sales processes only choose among the stages of the org, so there is one pipeline without a name.
select
    source_instance,
    stage_id as source_record_id,
    null as pipeline_name,
    stage_code,
    stage_name,
    row_number() over (
        partition by source_instance order by is_active desc, sort_order asc, stage_id asc
    ) as stage_order,
    win_probability,
    is_closed,
    is_won
from {{ ref('stg_salesforce__opportunity_stages') }}
where stage_code is not null
