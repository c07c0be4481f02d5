{#
  The body of every canonical model: what each contributing connector's `map_<connector>__<table>` offers, plus what
  configured files offer, cast to the types in the model's contract. A map gives `source_instance`, `source_record_id`
  and the contract's other columns; `source` and the key are added here.
#}
{% macro canonical(table) -%}
    {%- set meta = model.config.meta -%}
    {%- set columns = model.columns.values() | list -%}
    {%- set parts = [] -%}
    {%- for connector in var('contributors', {}).get(table, []) -%}
        {%- do parts.append(_canonical_part(connector, ref('map_' ~ connector ~ '__' ~ table), none, columns, meta.key)) -%}
    {%- endfor -%}
    {%- for instance in var('instances', {}).get('files', []) -%}
        {%- set relation = adapter.quote('raw_' ~ instance) ~ '.' ~ adapter.quote(table) -%}
        {%- do parts.append(_canonical_part('files', relation, instance, columns, meta.key)) -%}
    {%- endfor -%}
    {%- if parts -%}
        {{ parts | join('\nunion all\n') }}
    {%- else -%}
        select
        {%- for column in columns %}
            cast(null as {{ column.data_type }}) as {{ column.name }}{{ ',' if not loop.last }}
        {%- endfor %}
        where 1 = 0
    {%- endif -%}
{%- endmacro %}

{% macro _canonical_part(connector, relation, file_instance, columns, key) -%}
    select
    {%- for column in columns %}
        cast(
            {%- if column.name == key and file_instance -%}
                {{ record_id("'" ~ file_instance ~ "'", 'source_record_id') }}
            {%- elif column.name == key -%}
                {{ record_id('source_instance', 'source_record_id') }}
            {%- elif column.name == 'source' -%}
                '{{ connector }}'
            {%- elif column.name == 'source_instance' and file_instance -%}
                '{{ file_instance }}'
            {%- elif file_instance and column.config.meta.references -%}
                {{ record_id("'" ~ file_instance ~ "'", column.name) }}
            {%- else -%}
                {{ column.name }}
            {%- endif %} as {{ column.data_type }}) as {{ column.name }}{{ ',' if not loop.last }}
    {%- endfor %}
    from {{ relation }}
{%- endmacro %}

{# A key of the canonical layer: unique across instances; NULL where the vendor's id is. #}
{% macro record_id(source_instance, vendor_id) -%}
    {{ source_instance }} || ':' || cast({{ vendor_id }} as {{ dbt.type_string() }})
{%- endmacro %}
