-- Grain: one campaign. 2037-12-30 is Google's way to say "no end".
select
    source_instance,
    customer_id,
    campaign_id,
    name,
    lower(status) as status,
    advertising_channel_type,
    tracking_url_template,
    final_url_suffix,
    upper(currency_code) as currency_code,
    coalesce(time_zone, 'UTC') as time_zone,
    start_date as started_date,
    nullif(end_date, date '2037-12-30') as ended_date
from {{ raw('google_ads', 'campaigns') }}
