{# The fields of a deal whose every value is kept in its history. #}
{% macro opportunity_fields() -%}
    {{ return(['stage_code', 'amount', 'currency_code', 'expected_close_date', 'owner_id', 'is_deleted']) }}
{%- endmacro %}
