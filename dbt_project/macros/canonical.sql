{#
  The body of every canonical model: what each contributing connector's `map_<connector>__<table>` offers, plus what
  configured files offer, cast to the types in the model's contract. A map gives `source_instance`, `source_record_id`
  and the contract's other columns; `source`, the key and `custom_fields` are added here.
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
    {%- set own = var('custom_fields', {}).get(model.name, {}).get(connector, []) -%}
    select
    {%- for column in columns %}
        cast(
            {%- if column.name == key and file_instance -%}
                {{ record_id("'" ~ file_instance ~ "'", 'source_record_id') }}
            {%- elif column.name == key -%}
                {{ record_id('source_instance', 'source_record_id') }}
            {%- elif column.name == 'source' -%}
                '{{ connector }}'
            {%- elif column.name == 'custom_fields' and not file_instance -%}
                {{ 'custom_fields' if own else 'null' }}
            {%- elif column.name == 'source_instance' and file_instance -%}
                '{{ file_instance }}'
            {%- elif file_instance and column.config.meta.references -%}
                {{ record_id("'" ~ file_instance ~ "'", column.name) }}
            {%- else -%}
                {{ column.name }}
            {%- endif %} as {{ column.data_type }}) as {{ column.name }}{{ ',' if not loop.last }}
    {%- endfor %}
    from {{ relation }}
    {%- if own %}
    left join (
        {%- for place in own %}
        select
            '{{ place.instance }}' as custom_instance,
            cast({{ adapter.quote(place.key) }} as {{ dbt.type_string() }}) as custom_record_id,
            {{ fields_as_json('_record', place.path, place.fields) }} as custom_fields
        from {{ adapter.quote('raw_' ~ place.instance) }}.{{ adapter.quote(place.table) }}
        {%- if not loop.last %}
        union all
        {%- endif %}
        {%- endfor %}
    ) as own on own.custom_instance = source_instance and own.custom_record_id = source_record_id
    {%- endif %}
{%- endmacro %}

{# The named fields of a raw record as one JSON object, each with the vendor's own value; null where it has none. #}
{% macro fields_as_json(record, path, fields) -%}
    {{ return(adapter.dispatch('fields_as_json')(record, path, fields)) }}
{%- endmacro %}

{% macro default__fields_as_json(record, path, fields) -%}
    {%- set pairs = [] -%}
    {%- for field in fields -%}
        {%- set value = "json_extract(" ~ record ~ ", '$." ~ (path ~ '.' if path) ~ field ~ "')" -%}
        {%- do pairs.append("'\"" ~ field ~ "\":' || coalesce(cast(" ~ value ~ " as " ~ dbt.type_string() ~ "), 'null')") -%}
    {%- endfor -%}
    '{' || {{ pairs | join(" || ',' || ") }} || '}'
{%- endmacro %}

{# A key of the canonical layer: unique across instances; NULL where the vendor's id is. #}
{% macro record_id(source_instance, vendor_id) -%}
    {{ source_instance }} || ':' || cast({{ vendor_id }} as {{ dbt.type_string() }})
{%- endmacro %}
