-- Grain: one state in which a run found an opportunity; columns are named as the audit log names them.
select
    source_instance,
    opportunityid as opportunity_id,
    modifiedon as changed_at,
    nullif(trim(stepname), '') as stepname,
    statecode,
    cast(estimatedvalue as decimal(18, 2)) as estimatedvalue,
    cast(actualvalue as decimal(18, 2)) as actualvalue,
    estimatedclosedate,
    actualclosedate,
    case when coalesce(ownerid_type, '') <> 'team' then ownerid end as ownerid,
    transactioncurrencyid
from {{ raw('dynamics', 'opportunity_versions') }}
