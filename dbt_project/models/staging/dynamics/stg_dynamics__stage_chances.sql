-- Grain: one phase of opportunities, with the chance of winning that most deals had in it: when they entered it, as the
-- audit log has that, and now.
with

chances as (
    select
        phases.source_instance,
        nullif(trim(phases.new_value), '') as stage_code,
        try_cast(chances.new_value as bigint) as close_probability
    from {{ ref('stg_dynamics__audited_values') }} as phases
    inner join {{ ref('stg_dynamics__audited_values') }} as chances
        on
            phases.source_instance = chances.source_instance
            and phases.record_id = chances.record_id
            and phases.changed_at = chances.changed_at
    where phases.table_name = 'opportunity' and phases.attribute = 'stepname' and chances.attribute = 'closeprobability'

    union all

    select source_instance, step_name, close_probability
    from {{ ref('stg_dynamics__opportunities') }}
    where state_code = 0 and not is_deleted
)

select source_instance, stage_code, close_probability
from chances
where stage_code is not null and close_probability between 0 and 100
group by source_instance, stage_code, close_probability
qualify row_number() over (
    partition by source_instance, stage_code order by count(*) desc, close_probability asc
) = 1
