-- Grain: one value that a tracked property of a company, contact or deal took, the first one included. Of several values
-- at one instant, which a merge can leave, the one HubSpot lists first (the newest) stays.
with

objects as (
    {% for object_type, key in [('companies', 'company_id'), ('contacts', 'contact_id'), ('deals', 'deal_id')] %}
    select
        source_instance,
        '{{ object_type }}' as object_type,
        {{ key }} as object_id,
        properties_with_history
    from {{ ref('stg_hubspot__' ~ object_type) }}
    where properties_with_history is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

properties as (
    select
        source_instance,
        object_type,
        object_id,
        properties_with_history,
        unnest(json_keys(properties_with_history)) as property
    from objects
),

histories as (
    select
        source_instance,
        object_type,
        object_id,
        property,
        cast(properties_with_history -> property as json[]) as history
    from properties
),

versions as (
    select
        source_instance,
        object_type,
        object_id,
        property,
        unnest(history) as entry,
        generate_subscripts(history, 1) as place
    from histories
),

timed as (
    select
        source_instance,
        object_type,
        object_id,
        property,
        place,
        cast(entry ->> '$.timestamp' as timestamptz) at time zone 'UTC' as changed_at,
        nullif(entry ->> '$.value', '') as new_value
    from versions
),

ranked as (
    select
        source_instance,
        object_type,
        object_id,
        property,
        changed_at,
        new_value,
        row_number() over (
            partition by source_instance, object_type, object_id, property, changed_at order by place
        ) as recency
    from timed
    where changed_at is not null
)

select
    source_instance,
    object_type,
    object_id,
    property,
    changed_at,
    new_value
from ranked
where recency = 1
