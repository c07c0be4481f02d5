-- Grain: one record connected to another, in one of the two directions that Dynamics keeps.
select
    source_instance,
    connectionid as connection_id,
    record1id as from_id,
    record1id_type as from_table,
    record2id as to_id,
    record2id_type as to_table,
    record2roleid_label as role
from {{ raw('dynamics', 'connections') }}
where not _is_deleted and coalesce(statecode, 0) = 0
