-- Grain: person_id × stage × occurred_at: what shows that a person has reached a stage before a deal. A visit makes a
-- visitor; a goal reached on the web site or a click in a mailing, somebody engaged (an open does not: mail programs
-- open by themselves); a CRM record, a lead. Qualified as in fct_leads. Deleted records show nothing, merged ones do.
with records as (
    select record_type, record_id, person_id from {{ ref('bridge_identity_records') }}
),

contacts as (
    select * from {{ ref('contacts') }} where not is_deleted or merged_into_contact_id is not null
),

leads as (
    select * from {{ ref('leads') }} where not is_deleted
),

evidence as (
    select people.person_id, 'visitor' as stage, sessions.started_at as occurred_at
    from {{ ref('sessions') }} as sessions
    inner join {{ ref('session_people') }} as people on sessions.session_id = people.session_id

    union all

    select people.person_id, 'engaged', goals.occurred_at
    from {{ ref('conversions') }} as goals
    inner join {{ ref('session_people') }} as people on goals.session_id = people.session_id

    union all

    select records.person_id, 'engaged', events.occurred_at
    from {{ ref('email_events') }} as events
    inner join records on events.email_event_id = records.record_id and records.record_type = 'email_events'
    where events.event_type = 'click'

    union all

    {% for stage, column in [
        ('lead', 'created_at'),
        ('marketing_qualified', 'marketing_qualified_at'),
        ('sales_qualified', 'sales_qualified_at'),
    ] %}
    select records.person_id, '{{ stage }}', contacts.{{ column }}
    from contacts
    inner join records on contacts.contact_id = records.record_id and records.record_type = 'contacts'

    union all
    {% endfor %}

    {% for stage, column in [
        ('lead', 'created_at'), ('marketing_qualified', 'qualified_at'), ('sales_qualified', 'converted_at'),
    ] %}
    select records.person_id, '{{ stage }}', leads.{{ column }}
    from leads
    inner join records on leads.lead_id = records.record_id and records.record_type = 'leads'
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select distinct person_id, stage, occurred_at
from evidence
where occurred_at < {{ known_until() }}
