-- Grain: input_name: a canonical table, or a setting without a default, and whether anything is in it.
{% set inputs = metric_inputs() -%}
{% for table in inputs.tables -%}
select
    '{{ table }}' as input_name,
    count(*) > 0 as is_given,
    'no rows arrived in canonical.{{ table }}' as reason_if_not
from {{ ref(table) }}
{{ 'union all' if not loop.last or inputs.settings }}
{% endfor %}
{%- for setting in inputs.settings %}
select
    '{{ setting }}' as input_name,
    {{ 'true' if var(setting, none) or var(setting ~ '_by_family', none) else 'false' }} as is_given,
    'the setting {{ setting }} is not given' as reason_if_not
{{ 'union all' if not loop.last }}
{% endfor %}
