-- Grain: one campaign and day, money still in micros.
select
    source_instance,
    customer_id,
    campaign_id,
    date as spend_date,
    upper(currency_code) as currency_code,
    cost_micros,
    impressions,
    clicks,
    conversions,
    conversions_value as conversion_value
from {{ raw('google_ads', 'campaign_days') }}
