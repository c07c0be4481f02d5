-- Grain: one value that a column of a record was given, as the audit log has it. The log counts in seconds: of several
-- changes at one instant, the one that no other of them goes on from is the last.
with

entries as (
    select
        source_instance,
        audit_id,
        table_name,
        record_id,
        operation,
        changed_at,
        from_json(
            case when json_valid(change_data) then change_data end,
            '{"changedAttributes": [{"logicalName": "VARCHAR", "oldValue": "VARCHAR", "newValue": "VARCHAR"}]}'
        ) as change
    from {{ ref('stg_dynamics__audits') }}
),

listed as (
    select
        source_instance,
        audit_id,
        table_name,
        record_id,
        operation,
        changed_at,
        unnest(change.changedattributes) as attribute
    from entries
),

changes as (
    select
        source_instance,
        audit_id,
        table_name,
        record_id,
        operation,
        changed_at,
        lower(attribute.logicalname) as attribute,
        nullif(attribute.oldvalue, '') as old_value,
        nullif(attribute.newvalue, '') as new_value
    from listed
)

select changes.*
from changes
left join changes as later
    on
        changes.source_instance = later.source_instance
        and changes.table_name = later.table_name
        and changes.record_id = later.record_id
        and changes.attribute = later.attribute
        and changes.changed_at = later.changed_at
        and changes.audit_id <> later.audit_id
        and changes.new_value is not distinct from later.old_value
where later.audit_id is null
