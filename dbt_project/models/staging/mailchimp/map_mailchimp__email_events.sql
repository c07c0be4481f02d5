-- Grain: one event of one mail. A mail was sent when its campaign was, as Mailchimp keeps no time for each recipient.
with events as (

    select * from {{ ref('stg_mailchimp__email_events') }}

),

campaigns as (

    select * from {{ ref('stg_mailchimp__campaigns') }}

)

select
    events.source_instance,
    events.event_id as source_record_id,
    {{ record_id('events.source_instance', 'events.campaign_id') }} as campaign_id,
    nullif(lower(trim(events.email_address)), '') as email,
    events.event_type,
    coalesce(events.occurred_at, campaigns.sent_at) as occurred_at,
    events.url
from events
left join campaigns
    on events.source_instance = campaigns.source_instance and events.campaign_id = campaigns.campaign_id
where coalesce(events.occurred_at, campaigns.sent_at) is not null
