{#
  What a metric can need: canonical tables, and settings that have no default. A metric names its needs in its YAML
  (`needs`), alternatives joined by ` or `, such as `invoices or orders`. A metric whose needs are not met is empty, and
  `metric_availability` says why.
#}
{% macro metric_inputs() -%}
    {{ return({
        'tables': [
            'accounts', 'activities', 'campaigns', 'commissions', 'contacts', 'conversations', 'conversions', 'credit_notes', 'customers',
            'exchange_rates', 'forecast_submissions', 'invoice_lines', 'invoices', 'leads', 'marketing_spend', 'operating_costs',
            'opportunities', 'opportunity_changes', 'orders', 'pipeline_stages', 'plans', 'quotas', 'referrals', 'refunds', 'sessions',
            'subscription_item_terms', 'subscriptions',
        ],
        'settings': ['gross_margin'],
    }) }}
{%- endmacro %}

{# What a canonical table declares of itself: its `key`, its `columns` and what is `withdrawn`. Empty while parsing. #}
{% macro declared_contract(table) -%}
    {%- set found = namespace(contract={'key': 'source_record_id', 'columns': [], 'withdrawn': none}) -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.name == table -%}
            {%- set meta = node.config.meta -%}
            {%- set found.contract = {
                'key': meta.key, 'columns': node.columns.keys() | list, 'withdrawn': meta.get('withdrawn')
            } -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found.contract) }}
{%- endmacro %}

{# Every metric of the project as (its model, its entry in the YAML), by model. Empty while parsing. #}
{% macro declared_metrics() -%}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() | sort(attribute='name') if node.resource_type == 'model' -%}
            {%- for metric in node.config.get('meta', {}).get('metrics', []) -%}
                {%- do found.append((node, metric)) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}

{# A select without rows, of the columns in the model's contract. #}
{% macro no_rows_of_contract() -%}
    select
    {%- for column in model.columns.values() %}
        cast(null as {{ column.data_type }}) as {{ column.name }}{{ ',' if not loop.last }}
    {%- endfor %}
    where 1 = 0
{%- endmacro %}
