{#
  The rows of one raw table from every configured instance of a connector, each with its `source_instance`.
  Used by staging models only:  select … from {{ raw('hubspot', 'deals') }}
#}
{% macro raw(connector, table) -%}
    {%- do source('raw_' ~ connector, table) -%}
    (
    {%- for instance in instances_of(connector) %}
        select '{{ instance }}' as source_instance, *
        from {{ adapter.quote('raw_' ~ instance) }}.{{ adapter.quote(table) }}
        {%- if not loop.last %}
        union all by name
        {%- endif %}
    {%- endfor %}
    )
{%- endmacro %}

{% macro instances_of(connector) -%}
    {{ return(var('instances', {}).get(connector, [connector])) }}
{%- endmacro %}
