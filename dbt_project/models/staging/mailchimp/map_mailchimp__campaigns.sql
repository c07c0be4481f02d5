-- Grain: one mailing. Mailchimp has no price for one, hence no currency.
select
    source_instance,
    campaign_id as source_record_id,
    name,
    'email' as channel,
    'mailchimp' as platform,
    utm_campaign,
    status,
    null as currency_code,
    sent_at as started_at,
    null as ended_at
from {{ ref('stg_mailchimp__campaigns') }}
