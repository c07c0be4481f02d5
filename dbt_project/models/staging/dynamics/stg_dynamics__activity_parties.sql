-- Grain: one record that takes part in an activity.
select
    source_instance,
    activityid as activity_id,
    partyid as party_id,
    partyid_type as party_table,
    participationtypemask as participation
from {{ raw('dynamics', 'activityparties') }}
where not _is_deleted and partyid is not null
