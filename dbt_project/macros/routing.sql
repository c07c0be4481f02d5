{# The team that the setting `routing` in [handoffs] gives a lead: the first route that fits; NULL where none does. #}
{% macro routed_team(region, segment) -%}
    {%- set routes = var('lead_routing', []) -%}
    {%- if routes -%}
    case
        {%- for route in routes %}
        when true
            {%- if route.get('region') %} and {{ region }} = {{ literal(route.region) }}{% endif %}
            {%- if route.get('segment') %} and {{ segment }} = {{ literal(route.segment) }}{% endif %}
            then {{ literal(route.team) }}
        {%- endfor %}
    end
    {%- else -%}
    cast(null as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}

{# What a seller logged that reaches a buyer, up to `as_of`. Whoever does not say who began is taken to be the seller. #}
{% macro outbound_activities() -%}
    select *
    from {{ ref('activities') }}
    where
        not is_deleted
        and activity_type in ('call', 'email', 'meeting')
        and coalesce(direction, 'outbound') = 'outbound'
        and occurred_at < {{ known_until() }}
{%- endmacro %}
