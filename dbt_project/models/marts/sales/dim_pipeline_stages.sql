-- Grain: source_instance × pipeline_name × stage_code. A stage of the name '' answers for deals whose pipeline is
-- unknown or was renamed: the stage of that code in any pipeline of the same source. An open stage is qualified from
-- the first of the `pipeline_qualified_from_stages` on; in a pipeline that has none of them every open stage is.
{%- set named = var('pipeline_qualified_from_stages') %}
with qualifying as (
    select
        *,
        min(
            {%- if named %}
            case
                when
                    stage_code in ({% for name in named %}{{ literal(name) }}{{ ', ' if not loop.last }}{% endfor %})
                    or stage_name in ({% for name in named %}{{ literal(name) }}{{ ', ' if not loop.last }}{% endfor %})
                    then stage_order
            end
            {%- else %}
            stage_order
            {%- endif %}
        ) over (partition by source_instance, coalesce(pipeline_name, '')) as qualified_from_order
    from {{ ref('pipeline_stages') }}
),

stages as (
    select
        *,
        not is_closed and coalesce(stage_order >= qualified_from_order, true) as is_qualified,
        row_number() over (
            partition by source_instance, coalesce(pipeline_name, ''), stage_code order by pipeline_stage_id
        ) as occurrence,
        row_number() over (partition by source_instance, stage_code order by pipeline_stage_id) as any_occurrence
    from qualifying
)

select
    source_instance,
    pipeline_name,
    stage_code,
    stage_name,
    stage_order,
    win_probability,
    is_closed,
    is_won,
    is_qualified
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
    is_won,
    is_qualified
from stages
where any_occurrence = 1
