-- Grain: one object associated with another. An association read before its target was merged away is given to the
-- survivor, and one whose target was archived since is dropped, as HubSpot does without touching the object it starts
-- from.
with

{% set pairs = [
    ('stg_hubspot__contacts', "'contacts'", 'contact_id', 'companies'),
    ('stg_hubspot__deals', "'deals'", 'deal_id', 'companies'),
    ('stg_hubspot__deals', "'deals'", 'deal_id', 'contacts'),
    ('stg_hubspot__engagements', 'object_type', 'engagement_id', 'companies'),
    ('stg_hubspot__engagements', 'object_type', 'engagement_id', 'contacts'),
    ('stg_hubspot__engagements', 'object_type', 'engagement_id', 'deals'),
] %}

listed as (
    {% for model, from_type, from_id, to_type in pairs %}
    select
        source_instance,
        {{ from_type }} as from_object_type,
        {{ from_id }} as from_id,
        '{{ to_type }}' as to_object_type,
        unnest(cast(associated_{{ to_type }} as json[])) as target
    from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

labelled as (
    select
        source_instance,
        from_object_type,
        from_id,
        to_object_type,
        target ->> '$.toObjectId' as to_id,
        unnest(coalesce(nullif(target ->> '$.associationTypes[*].label', []), [null])) as label
    from listed
),

merged_away as (
    select * from {{ ref('stg_hubspot__merges') }}
),

archived as (
    select source_instance, 'companies' as object_type, company_id as object_id
    from {{ ref('stg_hubspot__companies') }}
    where is_deleted
    union all
    select source_instance, 'contacts' as object_type, contact_id as object_id
    from {{ ref('stg_hubspot__contacts') }}
    where is_deleted
    union all
    select source_instance, 'deals' as object_type, deal_id as object_id
    from {{ ref('stg_hubspot__deals') }}
    where is_deleted
),

resolved as (
    select
        labelled.source_instance,
        labelled.from_object_type,
        labelled.from_id,
        labelled.to_object_type,
        labelled.label,
        coalesce(merged_away.survivor_id, labelled.to_id) as to_id
    from labelled
    left join merged_away
        on
            labelled.source_instance = merged_away.source_instance
            and labelled.to_object_type = merged_away.object_type
            and labelled.to_id = merged_away.merged_id
),

distinct_targets as (
    select
        resolved.source_instance,
        resolved.from_object_type,
        resolved.from_id,
        resolved.to_object_type,
        resolved.to_id,
        coalesce(bool_or(resolved.label = 'Primary'), false) as is_primary,
        min(case when resolved.label <> 'Primary' then resolved.label end) as label
    from resolved
    left join archived
        on
            resolved.source_instance = archived.source_instance
            and resolved.to_object_type = archived.object_type
            and resolved.to_id = archived.object_id
    where archived.object_id is null
    group by
        resolved.source_instance,
        resolved.from_object_type,
        resolved.from_id,
        resolved.to_object_type,
        resolved.to_id
)

select
    source_instance,
    from_object_type,
    from_id,
    to_object_type,
    to_id,
    is_primary,
    label,
    row_number() over (
        partition by source_instance, from_object_type, from_id, to_object_type
        order by is_primary desc, length(to_id) asc, to_id asc
    ) as priority
from distinct_targets
