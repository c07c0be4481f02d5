{# The calendar that counts for a team, else for a region; `default` where the settings give neither one of its own. #}
{% macro business_calendar(team, region=none) -%}
    {%- set calendars = var('business_hours').calendars -%}
    {%- set choices = [] -%}
    {%- for column, kind in [(team, 'teams'), (region, 'regions')] if column -%}
        {%- for name, hours in calendars.items() if hours[kind] -%}
            {%- do choices.append((column, hours[kind], name)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if choices -%}
    case
        {%- for column, names, calendar in choices %}
        when {{ column }} in ({% for name in names %}{{ literal(name) }}{{ ', ' if not loop.last }}{% endfor %})
            then '{{ calendar }}'
        {%- endfor %}
        else 'default'
    end
    {%- else -%}
    'default'
    {%- endif -%}
{%- endmacro %}

{# The CTE `business_days`: each day of each calendar, once for every UTC date it touches, so that dates find it fast. #}
{% macro business_days_by_date() -%}
business_days as (
    {%- for date in ['cast(begins_at as date)', 'date_day', 'cast(ends_at as date)'] %}
    select calendar, begins_at, ends_at, opens_at, closes_at, is_open, seconds_before, {{ date }} as utc_date
    from {{ ref('dim_business_days') }}
    {{ 'union distinct' if not loop.last }}
    {%- endfor %}
)
{%- endmacro %}

{#
  All business seconds up to an instant, by the row of `business_days` in which it lies (alias `day`, joined on
  `in_business_day`). The business time between two instants is the difference of theirs in one calendar, negative where
  the second comes first.
#}
{% macro business_seconds_at(moment, day) -%}
    ({{ day }}.seconds_before + greatest(
        0,
        least(
            {{ seconds_between(day ~ '.opens_at', moment) }},
            {{ seconds_between(day ~ '.opens_at', day ~ '.closes_at') }}
        )
    ))
{%- endmacro %}

{# Whether an instant lies in a local day of a calendar. #}
{% macro in_business_day(moment, day, calendar) -%}
    {{ calendar }} = {{ day }}.calendar
            and cast({{ moment }} as date) = {{ day }}.utc_date
            and {{ moment }} >= {{ day }}.begins_at
            and {{ moment }} < {{ day }}.ends_at
{%- endmacro %}
