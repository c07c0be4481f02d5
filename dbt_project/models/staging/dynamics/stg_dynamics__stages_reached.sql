-- Grain: one stage of its business process flow that a deal reached. Without an audit of the flow only the first stage
-- and those in which a run found the deal are known.
with

versions as (
    select * from {{ ref('stg_dynamics__process_versions') }}
),

stages as (
    select * from {{ ref('stg_dynamics__process_stages') }}
),

runs as (
    select distinct
        source_instance,
        process_run_id,
        opportunity_id
    from versions
),

reached as (
    select
        source_instance,
        opportunity_id,
        first_stage_id as stage_id,
        null as stage_name,
        created_at as reached_at
    from versions

    union

    select
        source_instance,
        opportunity_id,
        stage_id,
        stage_name,
        coalesce(stage_began_at, updated_at) as reached_at
    from versions

    union

    select
        runs.source_instance,
        runs.opportunity_id,
        lower(regexp_extract(audited.new_value, '[0-9A-Fa-f-]{36}$')) as stage_id,
        null as stage_name,
        audited.changed_at as reached_at
    from {{ ref('stg_dynamics__audited_values') }} as audited
    inner join runs
        on audited.source_instance = runs.source_instance and audited.record_id = runs.process_run_id
    where audited.attribute = 'activestageid'
)

select
    reached.source_instance,
    reached.opportunity_id,
    reached.reached_at,
    coalesce(stages.stage_name, reached.stage_name) as stage_name
from reached
left join stages
    on reached.source_instance = stages.source_instance and reached.stage_id = stages.process_stage_id
where reached.reached_at is not null and coalesce(stages.stage_name, reached.stage_name) is not null
