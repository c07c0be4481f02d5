-- Grain: one stage that some deal is or was in, won and lost included. Dynamics has no list of the phases a pipeline
-- may have: they are ordered by the number their name begins with, or by the category of the process stage of the same
-- name. Nor has it a chance for each: the one that most deals had in it counts.
with

codes as (
    select source_instance, stage_code
    from {{ ref('map_dynamics__opportunities') }}
    where stage_code is not null and not is_closed

    union

    select source_instance, new_value as stage_code
    from {{ ref('map_dynamics__opportunity_changes') }}
    where field_name = 'stage_code' and new_value is not null

    union

    select deals.source_instance, closed.stage_code
    from (select distinct source_instance from {{ ref('stg_dynamics__opportunities') }}) as deals
    cross join (values ('won'), ('lost')) as closed (stage_code)
),

categories as (
    select source_instance, lower(stage_name) as stage_name, min(stage_category) as stage_category
    from {{ ref('stg_dynamics__process_stages') }}
    group by source_instance, lower(stage_name)
),

placed as (
    select
        codes.source_instance,
        codes.stage_code,
        codes.stage_code in ('won', 'lost') as is_closed,
        codes.stage_code = 'won' as is_won,
        coalesce(try_cast(regexp_extract(codes.stage_code, '^[0-9]+') as bigint), categories.stage_category) as place,
        chances.close_probability as chance
    from codes
    left join categories
        on
            codes.source_instance = categories.source_instance
            and lower(codes.stage_code) = categories.stage_name
    left join {{ ref('stg_dynamics__stage_chances') }} as chances
        on codes.source_instance = chances.source_instance and codes.stage_code = chances.stage_code
)

select
    source_instance,
    stage_code as source_record_id,
    null as pipeline_name,
    stage_code,
    case stage_code when 'won' then 'Won' when 'lost' then 'Lost' else stage_code end as stage_name,
    row_number() over (
        partition by source_instance order by is_closed asc, is_won desc, place asc nulls last, stage_code asc
    ) as stage_order,
    case
        when is_closed then cast(is_won as integer) else chance / 100.0
    end as win_probability,
    is_closed,
    is_won
from placed
