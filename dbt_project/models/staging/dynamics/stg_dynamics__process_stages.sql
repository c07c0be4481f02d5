-- Grain: one stage of a business process flow.
select
    source_instance,
    processstageid as process_stage_id,
    stagename as stage_name,
    stagecategory as stage_category
from {{ raw('dynamics', 'processstages') }}
where not _is_deleted
