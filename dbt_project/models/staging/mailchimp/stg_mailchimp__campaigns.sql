-- Grain: one mailing.
select
    source_instance,
    id as campaign_id,
    list_id,
    coalesce(nullif(trim(title), ''), nullif(trim(subject_line), '')) as name,
    nullif(trim(google_analytics), '') as utm_campaign,
    case when _is_deleted then 'deleted' else lower(status) end as status,
    send_time as sent_at
from {{ raw('mailchimp', 'campaigns') }}
