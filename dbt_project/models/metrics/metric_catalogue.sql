-- Grain: metric_name. What each published number means, collected from the metric models' own YAML, so that a
-- definition is written once, beside the model that computes it. `{period}` in rows_filter stands for a date literal,
-- `{a policy}` for its value. Every metric depends on the time zone.
-- `metric_values` is made from this table: value_filter, dimensions and by_dimension_table say which rows hold what.

{% for node, metric in declared_metrics() %}
{%- set values = [] -%}
{%- for policy in ['time_zone'] + (metric.policies or []) -%}
    {%- do values.append(policy ~ '=' ~ var(policy, '')) -%}
{%- endfor -%}
select
    {{ literal(metric.name) }} as metric_name,
    {{ literal(metric.title) }} as title,
    {{ literal(node.schema ~ '.' ~ node.name) }} as table_name,
    {{ literal(metric.column) }} as column_name,
    {{ literal(metric.period_column) }} as period_column,
    {{ literal(metric.formula) }} as formula,
    {{ literal(metric.numerator) }} as numerator,
    {{ literal(metric.denominator) }} as denominator,
    {{ literal(metric.unit) }} as unit,
    {{ literal(metric.grain) }} as grain,
    {{ literal(metric.owner_role) }} as owner_role,
    {{ literal(metric.indicator) }} as indicator,
    {{ literal(metric.rows) }} as rows_table,
    {{ literal(metric.rows_filter) }} as rows_filter,
    {{ literal(values | join('; ')) }} as policies,
    {{ literal(metric.get('period_grain', 'month')) }} as period_grain,
    {{ literal(metric.over_time or ('ratio' if metric.numerator and metric.denominator
        else 'sum' if metric.unit in ('money', 'count') else 'none')) }} as over_time,
    {{ literal(metric.get('filter', '')) }} as value_filter,
    {{ literal(metric.get('dimensions', []) | join(', ')) }} as dimensions,
    {{ 'true' if metric.get('has_total', true) else 'false' }} as has_total,
    {{ literal(node.schema ~ '.' ~ metric.by_dimension if metric.by_dimension else '') }} as by_dimension_table
{{ 'union all' if not loop.last }}
{% else %}
{{ no_rows_of_contract() }}
{% endfor %}
