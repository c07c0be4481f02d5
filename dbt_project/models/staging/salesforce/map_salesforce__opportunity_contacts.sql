-- Grain: one contact's part in an opportunity.
select
    source_instance,
    opportunity_contact_role_id as source_record_id,
    {{ record_id('source_instance', 'opportunity_id') }} as opportunity_id,
    {{ record_id('source_instance', 'contact_id') }} as contact_id,
    role,
    is_primary
from {{ ref('stg_salesforce__opportunity_contact_roles') }}
where not is_deleted and opportunity_id is not null and contact_id is not null
