-- Grain: one entry of the audit log.
select
    source_instance,
    auditid as audit_id,
    objecttypecode as table_name,
    objectid as record_id,
    operation,
    createdon as changed_at,
    changedata as change_data
from {{ raw('dynamics', 'audits') }}
where objectid is not null
