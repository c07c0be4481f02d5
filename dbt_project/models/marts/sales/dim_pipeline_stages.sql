-- Grain: source_instance × pipeline_name × stage_code. A stage of the name '' answers for deals whose pipeline is
-- unknown or was renamed: the stage of that code in any pipeline of the same source.
with stages as (
    select
        *,
        row_number() over (
            partition by source_instance, coalesce(pipeline_name, ''), stage_code order by pipeline_stage_id
        ) as occurrence,
        row_number() over (partition by source_instance, stage_code order by pipeline_stage_id) as any_occurrence
    from {{ ref('pipeline_stages') }}
)

select
    source_instance,
    pipeline_name,
    stage_code,
    stage_name,
    stage_order,
    win_probability,
    is_closed,
    is_won
from stages
where occurrence = 1 and pipeline_name <> ''

union all

select
    source_instance,
    '' as pipeline_name,
    stage_code,
    stage_name,
    stage_order,
    win_probability,
    is_closed,
    is_won
from stages
where any_occurrence = 1
