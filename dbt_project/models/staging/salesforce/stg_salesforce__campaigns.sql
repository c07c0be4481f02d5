-- Grain: one Salesforce campaign.
select
    source_instance,
    id as campaign_id,
    name,
    type as campaign_type,
    status,
    start_date,
    end_date,
    currency_iso_code as currency_code,
    coalesce(_is_deleted, false) as is_deleted
from {{ raw('salesforce', 'campaigns') }}
