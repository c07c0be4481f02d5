-- Grain: one value that a tracked property of a deal took, the first one included. Of several values at one instant,
-- which a merge can leave, the one HubSpot lists first (the newest) stays.
with

deals as (
    select * from {{ ref('stg_hubspot__deals') }}
    where properties_with_history is not null
),

properties as (
    select
        source_instance,
        deal_id,
        properties_with_history,
        unnest(json_keys(properties_with_history)) as property
    from deals
),

histories as (
    select
        source_instance,
        deal_id,
        property,
        cast(properties_with_history -> property as json[]) as history
    from properties
),

versions as (
    select
        source_instance,
        deal_id,
        property,
        unnest(history) as entry,
        generate_subscripts(history, 1) as place
    from histories
),

timed as (
    select
        source_instance,
        deal_id,
        property,
        place,
        cast(entry ->> '$.timestamp' as timestamptz) at time zone 'UTC' as changed_at,
        nullif(entry ->> '$.value', '') as new_value
    from versions
),

ranked as (
    select
        source_instance,
        deal_id,
        property,
        changed_at,
        new_value,
        row_number() over (partition by source_instance, deal_id, property, changed_at order by place) as recency
    from timed
    where changed_at is not null
)

select
    source_instance,
    deal_id,
    property,
    changed_at,
    new_value
from ranked
where recency = 1
