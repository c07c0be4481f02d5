-- Grain: one value that a column of a deal took, from when on. The audit log comes first; a state in which a run found
-- the deal counts where the log ends or has nothing. The value before the first change in the log is known from the
-- deal's creation if the log has that, else from the first trace of the deal. The log also has deals that were deleted
-- before any run saw them; they are left out.
with

{% set attributes = [
    'stepname', 'statecode', 'estimatedvalue', 'actualvalue', 'estimatedclosedate', 'actualclosedate', 'ownerid',
    'transactioncurrencyid',
] %}

deals as (
    select * from {{ ref('stg_dynamics__opportunities') }}
),

audited as (
    select
        audited.source_instance,
        audited.record_id as opportunity_id,
        audited.attribute,
        case when audited.operation = 1 then deals.created_at else audited.changed_at end as changed_at,
        audited.operation = 1 as is_creation,
        {{ dynamics_audited('audited.attribute', 'audited.old_value') }} as old_value,
        {{ dynamics_audited('audited.attribute', 'audited.new_value') }} as new_value
    from {{ ref('stg_dynamics__audited_values') }} as audited
    inner join deals
        on audited.source_instance = deals.source_instance and audited.record_id = deals.opportunity_id
    where
        audited.table_name = 'opportunity'
        and audited.attribute in (
            {% for attribute in attributes %}
            '{{ attribute }}'{{ ',' if not loop.last }}
            {% endfor %}
        )
),

seen as (
    {% for attribute in attributes %}
    select
        source_instance,
        opportunity_id,
        changed_at,
        '{{ attribute }}' as attribute,
        cast({{ attribute }} as varchar) as new_value
    from {{ ref('stg_dynamics__opportunity_versions') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

entries as (
    select
        source_instance,
        record_id as opportunity_id,
        bool_or(operation = 1) as has_creation,
        min(changed_at) as first_entry_at
    from {{ ref('stg_dynamics__audits') }}
    where table_name = 'opportunity'
    group by source_instance, record_id
),

first_seen as (
    select source_instance, opportunity_id, min(changed_at) as first_seen_at
    from {{ ref('stg_dynamics__opportunity_versions') }}
    group by source_instance, opportunity_id
),

begun as (
    select
        deals.source_instance,
        deals.opportunity_id,
        case
            when entries.has_creation or first_seen.first_seen_at <= deals.created_at + interval 1 minute
                then deals.created_at
            else coalesce(least(entries.first_entry_at, first_seen.first_seen_at), deals.created_at)
        end as known_from
    from deals
    left join entries
        on deals.source_instance = entries.source_instance and deals.opportunity_id = entries.opportunity_id
    left join first_seen
        on deals.source_instance = first_seen.source_instance and deals.opportunity_id = first_seen.opportunity_id
),

columns_of_deals as (
    select
        coalesce(seen.source_instance, audited.source_instance) as source_instance,
        coalesce(seen.opportunity_id, audited.opportunity_id) as opportunity_id,
        coalesce(seen.attribute, audited.attribute) as attribute,
        seen.first_value,
        audited.first_is_creation,
        audited.first_old_value,
        audited.last_audited_at
    from (
        select source_instance, opportunity_id, attribute, arg_min_null(new_value, changed_at) as first_value
        from seen
        group by source_instance, opportunity_id, attribute
    ) as seen
    full join (
        select
            source_instance,
            opportunity_id,
            attribute,
            arg_min(is_creation, changed_at) as first_is_creation,
            arg_min_null(old_value, changed_at) as first_old_value,
            max(changed_at) as last_audited_at
        from audited
        group by source_instance, opportunity_id, attribute
    ) as audited
        on
            seen.source_instance = audited.source_instance
            and seen.opportunity_id = audited.opportunity_id
            and seen.attribute = audited.attribute
)

select
    begun.source_instance,
    begun.opportunity_id,
    columns_of_deals.attribute,
    begun.known_from as changed_at,
    0 as precedence,
    case
        when columns_of_deals.last_audited_at is null then columns_of_deals.first_value
        else columns_of_deals.first_old_value
    end as new_value
from begun
inner join columns_of_deals
    on
        begun.source_instance = columns_of_deals.source_instance
        and begun.opportunity_id = columns_of_deals.opportunity_id
where not coalesce(columns_of_deals.first_is_creation, false)

union all

select source_instance, opportunity_id, attribute, changed_at, 2 as precedence, new_value
from audited

union all

select seen.source_instance, seen.opportunity_id, seen.attribute, seen.changed_at, 1 as precedence, seen.new_value
from seen
inner join columns_of_deals
    on
        seen.source_instance = columns_of_deals.source_instance
        and seen.opportunity_id = columns_of_deals.opportunity_id
        and seen.attribute = columns_of_deals.attribute
where columns_of_deals.last_audited_at is null or seen.changed_at > columns_of_deals.last_audited_at
