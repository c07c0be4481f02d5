-- Grain: record_type × record_id: records that numbers are made of and that still stand, or were merged into another.
-- Deleted ones are not here: a system whose rows vanish tells nobody, so a warehouse built anew would not know them.
{% set records = [
    ('customers', 'customer_id', 'is_deleted', 'false', 'cast(null as timestamp)'),
    ('subscriptions', 'subscription_id', 'false', 'false', 'updated_at'),
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
    {{ is_merged }} as is_merged,
    {{ updated_at }} as updated_at
from {{ ref(table) }}
where not {{ is_deleted }} or {{ is_merged }}
{{ 'union all' if not loop.last }}
{% endfor %}
