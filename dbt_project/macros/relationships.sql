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
