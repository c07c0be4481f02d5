-- Grain: touchpoint_type × record_id: visits and the goals reached in them, marketing e-mails opened, clicked and left
-- for good, enquiries, campaigns, deals registered by partners. The contact made of a lead is no enquiry of its own.
with records as (
    select * from {{ ref('bridge_identity_records') }}
),

session_people as (
    select people.*, channels.channel
    from {{ ref('session_people') }} as people
    inner join {{ ref('session_channels') }} as channels on people.session_id = channels.session_id
),

became_contacts as (
    select converted_contact_id as contact_id, min(converted_at) as converted_at
    from {{ ref('leads') }}
    where converted_contact_id is not null and not is_deleted
    group by 1
),

members as (
    select
        members.*,
        coalesce(campaigns.channel, 'other') as channel,
        case when members.contact_id is not null then 'contacts' else 'leads' end as member_type,
        coalesce(members.contact_id, members.lead_id) as member_id
    from {{ ref('campaign_members') }} as members
    left join {{ ref('campaigns') }} as campaigns on members.campaign_id = campaigns.campaign_id
)

select
    'web_session' as touchpoint_type,
    sessions.session_id as record_id,
    'sessions' as owner_record_type,
    sessions.session_id as owner_record_id,
    people.person_id,
    cast(null as string) as account_id,
    sessions.started_at as occurred_at,
    people.channel,
    cast(null as string) as campaign_id,
    cast(null as string) as opportunity_id,
    people.confidence
from {{ ref('sessions') }} as sessions
inner join session_people as people on sessions.session_id = people.session_id

union all

select
    'goal_reached',
    goals.conversion_id,
    'sessions',
    goals.session_id,
    people.person_id,
    cast(null as string),
    goals.occurred_at,
    people.channel,
    cast(null as string),
    cast(null as string),
    people.confidence
from {{ ref('conversions') }} as goals
inner join session_people as people on goals.session_id = people.session_id

union all

select
    'email_' || events.event_type,
    events.email_event_id,
    records.record_type,
    records.record_id,
    records.person_id,
    cast(null as string),
    events.occurred_at,
    'email',
    events.campaign_id,
    cast(null as string),
    records.confidence
from {{ ref('email_events') }} as events
inner join records on events.email_event_id = records.record_id and records.record_type = 'email_events'
where events.event_type in ('open', 'click', 'unsubscribe')

union all

select
    'lead_created',
    leads.lead_id,
    records.record_type,
    records.record_id,
    records.person_id,
    cast(null as string),
    leads.created_at,
    'crm',
    leads.campaign_id,
    cast(null as string),
    records.confidence
from {{ ref('leads') }} as leads
inner join records on leads.lead_id = records.record_id and records.record_type = 'leads'
where not leads.is_deleted and leads.created_at is not null

union all

select
    'contact_created',
    contacts.contact_id,
    records.record_type,
    records.record_id,
    records.person_id,
    cast(null as string),
    contacts.created_at,
    'crm',
    cast(null as string),
    cast(null as string),
    records.confidence
from {{ ref('contacts') }} as contacts
inner join records on contacts.contact_id = records.record_id and records.record_type = 'contacts'
left join became_contacts on contacts.contact_id = became_contacts.contact_id
where
    not contacts.is_deleted
    and contacts.created_at is not null
    and (became_contacts.contact_id is null or contacts.created_at < became_contacts.converted_at)

{% for kind, column in [('joined', 'joined_at'), ('responded', 'responded_at')] %}
union all

select
    'campaign_{{ kind }}',
    members.campaign_member_id,
    records.record_type,
    records.record_id,
    records.person_id,
    cast(null as string),
    members.{{ column }},
    members.channel,
    members.campaign_id,
    cast(null as string),
    records.confidence
from members
inner join records on members.member_id = records.record_id and members.member_type = records.record_type
where
    members.{{ column }} is not null
    {%- if kind == 'joined' %}
    and (members.responded_at is null or members.joined_at < members.responded_at)
    {%- endif %}
{% endfor %}

union all

select
    'referral_registered',
    referrals.referral_id,
    records.record_type,
    records.record_id,
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
