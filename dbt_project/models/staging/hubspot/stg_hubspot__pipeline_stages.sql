-- Grain: one stage of a deal pipeline. A stage belongs to exactly one pipeline and its id is unique in the account.
with

pipelines as (
    select
        source_instance,
        id as pipeline_id,
        label as pipeline_name,
        unnest(cast(stages as json[])) as stage
    from {{ raw('hubspot', 'deal_pipelines') }}
)

select
    source_instance,
    pipeline_id,
    pipeline_name,
    stage ->> '$.id' as stage_id,
    stage ->> '$.label' as stage_name,
    cast(stage ->> '$.displayOrder' as bigint) as display_order,
    cast(stage ->> '$.metadata.probability' as decimal(9, 6)) as win_probability,
    coalesce(cast(stage ->> '$.metadata.isClosed' as boolean), false) as is_closed
from pipelines
