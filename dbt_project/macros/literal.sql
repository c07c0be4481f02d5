{# A text as an SQL literal; nothing becomes the empty text. #}
{% macro literal(text) -%}
    '{{ (text or '') | string | replace("'", "''") }}'
{%- endmacro %}
