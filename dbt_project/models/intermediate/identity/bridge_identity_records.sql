-- Grain: record_type × record_id. Which person a record belongs to, by which rule, how sure, since when.
select
    placements.record_type,
    placements.record_id,
    placements.person_id,
    placements.email,
    placements.rule,
    placements.is_shared_inbox,
    placements.confidence,
    owned.matched_at
from {{ ref('person_placements') }} as placements
inner join {{ ref('person_records') }} as owned
    on placements.record_type = owned.record_type and placements.record_id = owned.record_id
