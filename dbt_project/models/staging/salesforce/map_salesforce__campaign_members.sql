-- Grain: one lead or contact in a campaign. A converted lead stays named beside the contact it became.
select
    source_instance,
    campaign_member_id as source_record_id,
    {{ record_id('source_instance', 'campaign_id') }} as campaign_id,
    {{ record_id('source_instance', 'contact_id') }} as contact_id,
    {{ record_id('source_instance', 'lead_id') }} as lead_id,
    status,
    created_at as joined_at,
    {{ starts_at('first_responded_date') }} as responded_at
from {{ ref('stg_salesforce__campaign_members') }}
where not is_deleted
