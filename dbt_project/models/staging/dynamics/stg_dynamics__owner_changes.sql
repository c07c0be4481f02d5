-- Grain: one change of the owner of an account or contact, or its creation, as the audit log has them. A team is no owner.
with

audited as (
    select
        source_instance,
        audit_id,
        table_name,
        record_id,
        operation,
        changed_at,
        {{ dynamics_audited('attribute', 'old_value') }} as old_owner_id,
        {{ dynamics_audited('attribute', 'new_value') }} as new_owner_id
    from {{ ref('stg_dynamics__audited_values') }}
    where table_name in ('account', 'contact') and attribute = 'ownerid'
),

creations as (
    select
        entries.source_instance,
        entries.audit_id,
        entries.table_name,
        entries.record_id,
        entries.operation,
        entries.changed_at,
        null as old_owner_id,
        audited.new_owner_id
    from {{ ref('stg_dynamics__audits') }} as entries
    left join audited
        on entries.source_instance = audited.source_instance and entries.audit_id = audited.audit_id
    where entries.table_name in ('account', 'contact') and entries.operation = 1
),

combined as (
    select * from creations
    union all
    select * from audited
    where coalesce(operation, 0) <> 1
)

select
    source_instance,
    table_name || 's' as record_type,
    record_id,
    audit_id as change_id,
    changed_at,
    coalesce(operation, 0) = 1 as is_creation,
    old_owner_id,
    new_owner_id
from combined
