{# The dimensions by which numbers about customers are split; `bridge_customer_dimensions` gives each customer one value. #}
{% macro customer_dimensions() -%}
    {{ return(['segment', 'region', 'industry', 'acquisition_channel', 'partner_role', 'owner', 'team']) }}
{%- endmacro %}

{# The dimensions by which the funnel is split: columns of `fct_journey_outcomes`. #}
{% macro journey_dimensions() -%}
    {{ return(['segment', 'region', 'acquisition_channel', 'source_instance']) }}
{%- endmacro %}

{#
  Every row of `relation` once for each dimension, with `dimension` and `dimension_value`. A customer without a value, or
  whom nobody lists, is `unknown`, so that each dimension adds up to the whole. `total` adds the undivided row.
#}
{% macro by_customer_dimension(relation, dimensions, total=false) -%}
    {%- for dimension in dimensions %}
    select
        facts.*,
        '{{ dimension }}' as dimension,
        coalesce(places.dimension_value, 'unknown') as dimension_value
    from {{ relation }} as facts
    left join {{ ref('bridge_customer_dimensions') }} as places
        on facts.customer_id = places.customer_id and places.dimension = '{{ dimension }}'
    {{ 'union all' if total or not loop.last }}
    {%- endfor %}
    {%- if total %}
    select
        facts.*,
        'total' as dimension,
        'all' as dimension_value
    from {{ relation }} as facts
    {%- endif %}
{%- endmacro %}
