-- Grain: record_type × record_id. Which organisation a record belongs to, by which rule, how sure, since when.
select
    placements.record_type,
    placements.record_id,
    placements.account_id,
    placements.rule,
    placements.confidence,
    owned.matched_at
from {{ ref('account_placements') }} as placements
inner join {{ ref('account_records') }} as owned
    on placements.record_type = owned.record_type and placements.record_id = owned.record_id
