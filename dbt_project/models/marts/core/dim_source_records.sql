-- Grain: record_type × record_id: records that numbers are made of and that still stand, or were merged into another.
-- Deleted ones are not here: a system whose rows vanish tells nobody, so a warehouse built anew would not know them.
-- Each table's contract says what it knows of its records: whether they can be deleted or merged, when they changed, and under
-- `withdrawn` which of them count as never made.
{% for table in metric_inputs().tables %}
{%- set contract = declared_contract(table) %}
{%- set key = contract.key %}
{%- set merged_into = 'merged_into_' ~ key %}
{%- set is_merged = merged_into ~ ' is not null' if merged_into in contract.columns else 'false' %}
{%- set is_gone = ['is_deleted'] if 'is_deleted' in contract.columns else [] %}
{%- set is_gone = is_gone + ([contract.withdrawn] if contract.withdrawn else []) %}
select
    '{{ table }}' as record_type,
    '{{ key }}' as key_column,
    {{ key }} as record_id,
    source,
    source_instance,
    source_record_id,
    {{ is_merged }} as is_merged,
    {{ 'updated_at' if 'updated_at' in contract.columns else 'cast(null as timestamp)' }} as updated_at
from {{ ref(table) }}
{%- if is_gone %}
where not coalesce({{ is_gone | join(' or ') }}, false) or {{ is_merged }}
{%- endif %}
{{ 'union all' if not loop.last }}
{% endfor %}
