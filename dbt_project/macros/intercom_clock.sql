{# Intercom's name of a service target as the contract names the clock: the first reply's is `reply_time` everywhere. #}
{% macro intercom_clock(target_type) -%}
    case when {{ target_type }} = 'first_reply_time' then 'reply_time' else coalesce({{ target_type }}, 'sla') end
{%- endmacro %}
