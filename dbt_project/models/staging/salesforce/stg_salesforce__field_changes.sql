-- Grain: one tracked change of an opportunity's field. A change of a lookup is recorded twice, by name and by id; for
-- the owner the rows with ids count.
select
    source_instance,
    id as field_change_id,
    opportunity_id,
    field as field_name,
    created_date as changed_at,
    old_value,
    new_value
from {{ raw('salesforce', 'opportunity_field_history') }}
where
    field not in ('Owner', 'OwnerId')
    or regexp_full_match(coalesce(new_value, old_value), '005[A-Za-z0-9]{12}([A-Za-z0-9]{3})?')
