-- Grain: handoff × record_id: how an enquiry got into a seller's hands. A lead is a lead; where a CRM has none, it is the
-- first contact of an account. Assignment is the first change of owner, known only where the CRM keeps that history; so
-- is whom it went to, while `owner_id` is whose it is now.
-- The region of a lead without account is the commonest of its country; its form is the goal reached last on the web
-- within a day before, where the CRM does not say.
with activities as (
    {{ outbound_activities() }}
),

people as (
    select record_type, record_id, min(person_id) as person_id
    from {{ ref('bridge_identity_records') }}
    where record_type in ('leads', 'contacts')
    group by 1, 2
),

country_regions as (
    select
        country_code,
        region,
        row_number() over (partition by country_code order by count(*) desc, region asc) as position
    from {{ ref('dim_account_records') }}
    where country_code is not null and region <> 'unknown'
    group by 1, 2
),

first_contacts as (
    select
        contacts.contact_id,
        row_number() over (
            partition by accounts.surviving_account_id, contacts.source_instance
            order by contacts.created_at, contacts.contact_id
        ) as position
    from {{ ref('contacts') }} as contacts
    inner join {{ ref('dim_account_records') }} as accounts on contacts.account_id = accounts.account_id
    where
        not contacts.is_deleted
        and contacts.created_at is not null
        and contacts.source_instance not in (select leads.source_instance from {{ ref('leads') }} as leads)
),

enquiries as (
    select
        lead_id as record_id,
        'leads' as record_type,
        source_instance,
        created_at,
        case
            when assignment_count is null then null
            when assigned_at < created_at then created_at
            else assigned_at
        end as assigned_at,
        assignment_count,
        case when assignment_count is not null then assigned_owner_id end as assigned_owner_id,
        coalesce(qualified_at, converted_at) as accepted_at,
        owner_id,
        converted_account_id as account_id,
        converted_contact_id as contact_id,
        country_code,
        channel,
        landing_page
    from {{ ref('leads') }}
    where not is_deleted and created_at is not null

    union all

    select
        contacts.contact_id,
        'contacts',
        contacts.source_instance,
        contacts.created_at,
        null,
        null,
        null,
        null,
        contacts.owner_id,
        contacts.account_id,
        contacts.contact_id,
        contacts.country_code,
        contacts.acquisition_channel,
        null
    from {{ ref('contacts') }} as contacts
    inner join first_contacts on contacts.contact_id = first_contacts.contact_id and first_contacts.position = 1
),

touches as (
    select enquiries.record_id, activities.occurred_at
    from enquiries
    inner join activities on enquiries.contact_id = activities.contact_id
    where activities.occurred_at >= enquiries.created_at

    union all

    select enquiries.record_id, activities.occurred_at
    from enquiries
    inner join activities on enquiries.record_id = activities.lead_id
    where enquiries.record_type = 'leads' and activities.occurred_at >= enquiries.created_at
),

first_touches as (
    select record_id, min(occurred_at) as first_touch_at from touches group by 1
),

goals as (
    select
        enquiries.record_id,
        conversions.goal_name,
        row_number() over (
            partition by enquiries.record_id order by conversions.occurred_at desc, conversions.conversion_id asc
        ) as position
    from enquiries
    inner join people on enquiries.record_id = people.record_id and enquiries.record_type = people.record_type
    inner join {{ ref('session_people') }} as visits on people.person_id = visits.person_id
    inner join {{ ref('conversions') }} as conversions
        on
            visits.session_id = conversions.session_id
            and enquiries.created_at >= conversions.occurred_at
            and enquiries.created_at <= conversions.occurred_at + interval '1' day
),

known as (
    select
        enquiries.*,
        people.person_id,
        accounts.surviving_account_id,
        first_touches.first_touch_at,
        case when coalesce(accounts.region, 'unknown') <> 'unknown' then accounts.region else country_regions.region end
            as region,
        accounts.segment,
        coalesce(enquiries.landing_page, goals.goal_name) as form
    from enquiries
    left join people on enquiries.record_id = people.record_id and enquiries.record_type = people.record_type
    left join {{ ref('dim_account_records') }} as accounts on enquiries.account_id = accounts.account_id
    left join country_regions on enquiries.country_code = country_regions.country_code and country_regions.position = 1
    left join first_touches on enquiries.record_id = first_touches.record_id
    left join goals on enquiries.record_id = goals.record_id and goals.position = 1
)

{% for handoff, completed in [
    ('lead_assignment', 'assigned_at'), ('lead_acceptance', 'accepted_at'), ('lead_first_touch', 'first_touch_at'),
] %}
select
    '{{ handoff }}' as handoff,
    record_id,
    source_instance,
    created_at as event_at,
    assigned_at,
    {{ completed }} as completed_at,
    assignment_count is not null as is_assignment_known,
    assignment_count,
    assigned_owner_id,
    owner_id,
    surviving_account_id as account_id,
    person_id,
    coalesce(region, 'unknown') as region,
    coalesce(segment, 'unknown') as segment,
    coalesce(channel, 'unknown') as channel,
    coalesce(form, 'unknown') as form
from known
{% if handoff == 'lead_assignment' -%}
where assignment_count is not null
{% elif handoff == 'lead_acceptance' -%}
where record_type = 'leads'
{% endif -%}
{{ 'union all' if not loop.last }}
{% endfor %}
