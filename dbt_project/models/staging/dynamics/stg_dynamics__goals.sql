-- Grain: one goal that is set in money.
select
    source_instance,
    goalid as goal_id,
    case when coalesce(goalownerid_type, '') <> 'team' then goalownerid end as owner_id,
    case when goalownerid_type = 'team' then goalownerid end as team_id,
    goalstartdate as starts_at,
    goalenddate as ends_at,
    targetmoney as target,
    transactioncurrencyid as currency_id
from {{ raw('dynamics', 'goals') }}
where not _is_deleted and targetmoney is not null
