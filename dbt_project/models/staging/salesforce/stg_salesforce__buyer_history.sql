-- Grain: one entry of the history of an account or contact: its creation, or a change of its owner.
{% for record_type in ['account', 'contact'] %}
select
    source_instance,
    '{{ record_type }}s' as record_type,
    {{ record_type }}_id as record_id,
    id as change_id,
    created_date as changed_at,
    field as field_name,
    old_value,
    new_value
from {{ raw('salesforce', record_type ~ '_history') }}
{{ 'union all' if not loop.last }}
{% endfor %}
