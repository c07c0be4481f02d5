-- Grain: one state in which a run found a deal's way through its business process flow.
select
    source_instance,
    businessprocessflowinstanceid as process_run_id,
    coalesce(opportunityid, bpf_opportunityid) as opportunity_id,
    activestageid as stage_id,
    activestageid_label as stage_name,
    activestagestartedon as stage_began_at,
    nullif(split_part(traversedpath, ',', 1), '') as first_stage_id,
    createdon as created_at,
    modifiedon as updated_at
from {{ raw('dynamics', 'process_versions') }}
where coalesce(opportunityid, bpf_opportunityid) is not null
