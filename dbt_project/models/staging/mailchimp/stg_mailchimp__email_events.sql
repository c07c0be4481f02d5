-- Grain: one event as its report tells it. Only the campaign knows when a mail was sent, so `sent` has no time here.
with recipients as (

    select
        source_instance,
        campaign_id,
        campaign_id || ':' || email_id || ':sent' as event_id,
        'sent' as event_type,
        email_address,
        cast(null as timestamp) as occurred_at,
        cast(null as varchar) as url
    from {{ raw('mailchimp', 'sent_to') }}

),

activity as (

    select
        source_instance,
        campaign_id,
        campaign_id || ':' || email_id || ':' || activity_key as event_id,
        lower(action) as event_type,
        email_address,
        timestamp as occurred_at,
        nullif(url, '') as url
    from {{ raw('mailchimp', 'email_activity') }}
    where lower(action) in ('open', 'click', 'bounce')

),

unsubscribes as (

    select
        source_instance,
        campaign_id,
        campaign_id || ':' || email_id || ':unsubscribe' as event_id,
        'unsubscribe' as event_type,
        email_address,
        timestamp as occurred_at,
        cast(null as varchar) as url
    from {{ raw('mailchimp', 'unsubscribes') }}

)

select * from recipients
union all
select * from activity
union all
select * from unsubscribes
