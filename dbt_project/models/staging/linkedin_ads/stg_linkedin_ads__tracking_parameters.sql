-- Grain: one campaign. A fixed value wins; else the name of what LinkedIn fills in.
select
    source_instance,
    campaign_id,
    json_extract_string(custom_values, '$.utm_campaign') as utm_campaign_value,
    json_extract_string(dynamic_values, '$.utm_campaign') as utm_campaign_filler
from {{ raw('linkedin_ads', 'tracking_parameters') }}
