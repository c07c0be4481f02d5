{#
  CTEs that end in `owners_known`: every owner that the accounts and contacts of `source` had, from when on, by its log
  `stg_<source>__owner_changes` (source_instance, record_type, record_id, change_id, changed_at, is_creation, old_owner_id,
  new_owner_id).

  Before its first recorded change a record was of whom that change took it from, and of its present owner where none is
  recorded: since its creation if the log tells of that, else since the log begins. A log without any owner, of a field
  that is not tracked, tells nothing.
#}
{% macro owner_history(source) -%}
records as (
    {%- for record in ['account', 'contact'] %}
    select source_instance, '{{ record }}s' as record_type, {{ record }}_id as record_id, created_at, owner_id
    from {{ ref('stg_' ~ source ~ '__' ~ record ~ 's') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

changes as (
    select * from {{ ref('stg_' ~ source ~ '__owner_changes') }}
),

logs as (
    select
        source_instance,
        record_type,
        min(changed_at) as kept_since
    from changes
    group by source_instance, record_type
    having count(case when not is_creation or new_owner_id is not null then 1 end) > 0
),

ranked as (
    select
        changes.*,
        row_number() over (
            partition by changes.source_instance, changes.record_type, changes.record_id, changes.is_creation
            order by changes.changed_at, changes.change_id
        ) as place,
        row_number() over (
            partition by
                changes.source_instance, changes.record_type, changes.record_id, changes.is_creation, changes.changed_at
            order by changes.change_id desc
        ) as recency
    from changes
    inner join records
        on
            changes.source_instance = records.source_instance
            and changes.record_type = records.record_type
            and changes.record_id = records.record_id
),

beginnings as (
    select
        records.source_instance,
        records.record_type,
        records.record_id,
        case
            when creations.record_id is not null then coalesce(records.created_at, creations.changed_at)
            else greatest(coalesce(records.created_at, logs.kept_since), logs.kept_since)
        end as changed_at,
        firsts.changed_at as next_changed_at,
        case
            when creations.new_owner_id is not null then creations.new_owner_id
            when firsts.record_id is not null then firsts.old_owner_id
            else records.owner_id
        end as owner_id
    from records
    inner join logs on records.source_instance = logs.source_instance and records.record_type = logs.record_type
    {%- for name, is_creation in [('creations', ''), ('firsts', 'not ')] %}
    left join ranked as {{ name }}
        on
            records.source_instance = {{ name }}.source_instance
            and records.record_type = {{ name }}.record_type
            and records.record_id = {{ name }}.record_id
            and {{ name }}.place = 1
            and {{ is_creation }}{{ name }}.is_creation
    {%- endfor %}
),

owners_known as (
    select source_instance, record_type, record_id, changed_at, owner_id
    from beginnings
    where next_changed_at is null or changed_at < next_changed_at

    union all

    select source_instance, record_type, record_id, changed_at, new_owner_id
    from ranked
    where recency = 1 and not is_creation
)
{%- endmacro %}

{# What a map gives to `owner_changes` of `owners` (source_instance, record_type, record_id, changed_at, owner_id). #}
{% macro owner_changes(owners) -%}
select
    source_instance,
    concat_ws(':', record_type, record_id, cast(epoch_ms(changed_at) as varchar)) as source_record_id,
    {{ record_id('source_instance', "case when record_type = 'accounts' then record_id end") }} as account_id,
    {{ record_id('source_instance', "case when record_type = 'contacts' then record_id end") }} as contact_id,
    changed_at,
    {{ record_id('source_instance', 'owner_id') }} as owner_id
from {{ owners }}
where changed_at is not null
{%- endmacro %}
