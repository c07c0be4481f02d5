{# What is counted and added up of open business with an account or a person; the amounts among it. #}
{% macro relationship_measures() -%}
    {{ return([
        'mrr', 'unrated_mrr', 'mrr_before', 'open_pipeline', 'unrated_opportunities',
        'open_opportunities', 'open_conversations', 'late_conversations', 'recent_conversations', 'overdue_bills',
        'watched_bills', 'risky_bills', 'cancellations',
    ]) }}
{%- endmacro %}

{% macro relationship_amounts() -%}
    {{ return(['mrr', 'mrr_before', 'open_pipeline']) }}
{%- endmacro %}

{#
  The CTE `sums`: counts, amounts and last touch at the end of each day of `points` (subject_id, date_day), from all the
  `changes` up to it.
#}
{% macro relationship_sums() -%}
sums as (
    select
        points.subject_id,
        points.date_day,
        {%- for measure in relationship_measures() %}
        coalesce(sum(changes.{{ measure }}) over up_to_then, 0) as {{ measure }},
        {%- endfor %}
        max(changes.last_touch_at) over up_to_then as last_touch_at
    from points
    left join changes on points.subject_id = changes.subject_id and points.date_day = changes.date_day
    where points.date_day <= {{ today() }}
    window up_to_then as (partition by points.subject_id order by points.date_day rows unbounded preceding)
)
{%- endmacro %}

{# CTEs that end in `owner_days`: whose a record of a type was at the end of each day on which that changed. #}
{% macro owners_at_day_ends(record_type) -%}
changed_owners as (
    select
        record_id,
        owner_id,
        {{ day_of('changed_at') }} as date_day,
        row_number() over (
            partition by record_id, {{ day_of('changed_at') }} order by changed_at desc
        ) as place_from_last
    from {{ ref('fct_owner_changes') }}
    where record_type = '{{ record_type }}'
),

owner_days as (
    select record_id, owner_id, date_day
    from changed_owners
    where place_from_last = 1
)
{%- endmacro %}

{#
  CTEs that end in `stretches`: the days of `found` (subject_id, date_day, `columns`) on which a column differs from the
  day before, each with the next of them. Nothing else begins a stretch.
#}
{% macro relationship_stretches(found, columns) -%}
{%- set subject = 'partition by subject_id order by date_day' -%}
compared as (
    select
        *,
        {%- for column in columns %}
        lag({{ column }}) over ({{ subject }}) as {{ column }}_until_then,
        {%- endfor %}
        lag(date_day) over ({{ subject }}) as day_until_then
    from {{ found }}
),

stretches as (
    select
        *,
        lead(date_day) over ({{ subject }}) as next_day
    from compared
    where
        day_until_then is null
        {%- for column in columns %}
        or {{ column }} is distinct from {{ column }}_until_then
        {%- endfor %}
)
{%- endmacro %}
