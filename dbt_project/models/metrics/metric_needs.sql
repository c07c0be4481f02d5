-- Grain: metric_name × need × input_name, collected from the metric models' own YAML. A need is one input or several
-- of which any will do.
{% set needs = [] -%}
{%- set inputs = metric_inputs().tables + metric_inputs().settings -%}
{%- for node, metric in declared_metrics() -%}
    {%- for need in metric.needs or [] -%}
        {%- for input in need.split(' or ') -%}
            {%- if input not in inputs -%}
                {{ exceptions.raise_compiler_error(metric.name ~ ' needs ' ~ input ~ ', which metric_inputs() lacks') }}
            {%- endif -%}
            {%- do needs.append((metric.name, need, input)) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endfor -%}
{% for metric_name, need, input in needs -%}
select {{ literal(metric_name) }} as metric_name, {{ literal(need) }} as need, {{ literal(input) }} as input_name
{{ 'union all' if not loop.last }}
{% else -%}
{{ no_rows_of_contract() }}
{% endfor %}
