-- Grain: one lead or contact in a campaign.
select
    source_instance,
    id as campaign_member_id,
    campaign_id,
    lead_id,
    contact_id,
    status,
    created_date as created_at,
    first_responded_date,
    coalesce(_is_deleted, false) as is_deleted
from {{ raw('salesforce', 'campaign_members') }}
