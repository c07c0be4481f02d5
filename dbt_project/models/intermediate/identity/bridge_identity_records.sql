-- Grain: record_type × record_id. Which person a record belongs to, by which rule, how sure.
-- Deterministic only: the same e-mail address is the same person. A contact merged away belongs to the person of the
-- contact that survived it. A role address (info@, sales@ …) is shared by several people, hence its low confidence.
with contacts as (
    select * from {{ ref('contacts') }}
),

merged as (
    select
        contacts.contact_id,
        contacts.email,
        coalesce(second.email, first.email) as surviving_email
    from contacts
    left join contacts as first on contacts.merged_into_contact_id = first.contact_id
    left join contacts as second on first.merged_into_contact_id = second.contact_id
),

records as (
    select
        'contacts' as record_type,
        contact_id as record_id,
        coalesce(surviving_email, email) as email,
        case when surviving_email is null then 'same_email' else 'crm_merge' end as rule
    from merged

    {% for table, key, column in [
        ('leads', 'lead_id', 'email'), ('customers', 'customer_id', 'email'),
        ('audience_members', 'audience_member_id', 'email'), ('email_events', 'email_event_id', 'email'),
        ('sessions', 'session_id', 'user_id'), ('conversations', 'conversation_id', 'requester_email'),
        ('referrals', 'referral_id', 'email'),
    ] %}
    union all

    select '{{ table }}', {{ key }}, {{ column }}, 'same_{{ "login" if column == "user_id" else "email" }}'
    from {{ ref(table) }}
    {% endfor %}
),

normalised as (
    select record_type, record_id, rule, lower(trim(email)) as email
    from records
    where email like '%_@_%'
)

select
    record_type,
    record_id,
    {{ person_id('email') }} as person_id,
    email,
    rule,
    {{ is_role_address('email') }} as is_shared_inbox,
    cast(case when {{ is_role_address('email') }} then 0.5 else 1 end as decimal(9, 6)) as confidence
from normalised
