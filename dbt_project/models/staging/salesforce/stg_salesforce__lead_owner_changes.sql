-- Grain: one tracked change of a lead's owner. It is recorded twice, by name and by id; the row with ids counts.
select
    source_instance,
    id as lead_change_id,
    lead_id,
    created_date as changed_at,
    old_value,
    new_value
from {{ raw('salesforce', 'lead_history') }}
where
    field in ('Owner', 'OwnerId')
    and regexp_full_match(coalesce(new_value, old_value), '(005|00G)[A-Za-z0-9]{12}([A-Za-z0-9]{3})?')
