-- Grain: touchpoint_type × record_id: visits, marketing e-mails opened and clicked, deals registered by partners.
with records as (
    select * from {{ ref('bridge_identity_records') }}
)

select
    'web_session' as touchpoint_type,
    sessions.session_id as record_id,
    session_people.person_id,
    cast(null as string) as account_id,
    sessions.started_at as occurred_at,
    channels.channel,
    cast(null as string) as campaign_id,
    cast(null as string) as opportunity_id,
    session_people.confidence
from {{ ref('sessions') }} as sessions
inner join {{ ref('session_channels') }} as channels on sessions.session_id = channels.session_id
inner join {{ ref('session_people') }} as session_people on sessions.session_id = session_people.session_id

union all

select
    'email_' || events.event_type,
    events.email_event_id,
    records.person_id,
    cast(null as string),
    events.occurred_at,
    'email',
    events.campaign_id,
    cast(null as string),
    records.confidence
from {{ ref('email_events') }} as events
inner join records on events.email_event_id = records.record_id and records.record_type = 'email_events'
where events.event_type in ('open', 'click')

union all

select
    'referral_registered',
    referrals.referral_id,
    records.person_id,
    cast(null as string),
    referrals.registered_at,
    'partner',
    cast(null as string),
    cast(null as string),
    records.confidence
from {{ ref('referrals') }} as referrals
inner join records on referrals.referral_id = records.record_id and records.record_type = 'referrals'
where not referrals.is_deleted
