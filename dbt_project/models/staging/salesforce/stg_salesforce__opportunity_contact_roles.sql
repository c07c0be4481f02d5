-- Grain: one contact's part in an opportunity.
select
    source_instance,
    id as opportunity_contact_role_id,
    opportunity_id,
    contact_id,
    role,
    coalesce(is_primary, false) as is_primary,
    coalesce(_is_deleted, false) as is_deleted
from {{ raw('salesforce', 'opportunity_contact_roles') }}
