-- Grain: one deal that was deleted: when, as the audit log says, else when a run first missed it.
with

deals as (
    select * from {{ ref('stg_dynamics__opportunities') }}
    where is_deleted
),

audited as (
    select source_instance, record_id, max(changed_at) as deleted_at
    from {{ ref('stg_dynamics__audits') }}
    where table_name = 'opportunity' and operation = 3
    group by source_instance, record_id
)

select
    deals.source_instance,
    deals.opportunity_id,
    coalesce(audited.deleted_at, deals.missed_at) as deleted_at
from deals
left join audited
    on deals.source_instance = audited.source_instance and deals.opportunity_id = audited.record_id
