-- Grain: one campaign and day (UTC).
select
    source_instance,
    account_id,
    campaign_id,
    date as spend_date,
    cost,
    impressions,
    clicks,
    -- LinkedIn counts forms filled in on its own pages apart from conversions on the advertiser's site.
    coalesce(external_website_conversions, 0) + coalesce(one_click_leads, 0) as conversions,
    conversion_value
from {{ raw('linkedin_ads', 'campaign_days') }}
