-- Grain: record_type × record_id: whether a record that numbers are made of still stands at its vendor.
{% set records = [
    ('customers', 'customer_id', 'is_deleted', 'false', 'cast(null as timestamp)'),
    ('invoices', 'invoice_id', "coalesce(status = 'void', false)", 'false', 'updated_at'),
    ('orders', 'order_id', 'is_deleted', 'false', 'updated_at'),
    ('credit_notes', 'credit_note_id', 'false', 'false', 'cast(null as timestamp)'),
    ('refunds', 'refund_id', 'false', 'false', 'cast(null as timestamp)'),
    ('opportunities', 'opportunity_id', 'is_deleted', 'merged_into_opportunity_id is not null', 'updated_at'),
    ('campaigns', 'campaign_id', 'false', 'false', 'cast(null as timestamp)'),
] %}

{% for table, key, is_deleted, is_merged, updated_at in records %}
select
    '{{ table }}' as record_type,
    {{ key }} as record_id,
    source,
    source_instance,
    source_record_id,
    {{ is_deleted }} as is_deleted,
    {{ is_merged }} as is_merged,
    {{ updated_at }} as updated_at
from {{ ref(table) }}
{{ 'union all' if not loop.last }}
{% endfor %}
