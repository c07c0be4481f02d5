{#
  All business seconds up to an instant, by the row of `dim_business_days` in which it lies (alias `day`, joined on
  `in_business_day`). The business time between two instants is the difference of theirs, negative where the second comes
  first.
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

{# Whether an instant lies in a local day. #}
{% macro in_business_day(moment, day) -%}
    {{ moment }} >= {{ day }}.begins_at and {{ moment }} < {{ day }}.ends_at
{%- endmacro %}
