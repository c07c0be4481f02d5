-- Grain: person_id × valid_from: whose a person was at the end of each day. Of several contacts the one counts that would
-- count today if those that came later were not there: the newest of the day, those deleted since coming last.
with contacts as (
    select
        person_id,
        contact_id,
        preference,
        {{ day_of('case when created_at > ' ~ as_of() ~ ' then ' ~ as_of() ~ ' else created_at end') }} as first_day
    from {{ ref('identity_contacts') }}
),

changes as (
    select
        contacts.person_id,
        contacts.contact_id,
        changes.owner_id,
        {{ day_of('changes.changed_at') }} as date_day,
        row_number() over (
            partition by contacts.contact_id, {{ day_of('changes.changed_at') }} order by changes.changed_at desc
        ) as place_from_last
    from {{ ref('fct_owner_changes') }} as changes
    inner join contacts on changes.record_id = contacts.contact_id
    where changes.record_type = 'contacts'
),

spells as (
    select
        contact_id,
        owner_id,
        date_day as first_day,
        lead(date_day) over (partition by contact_id order by date_day) as end_day
    from changes
    where place_from_last = 1
),

days as (
    select person_id, date_day from changes

    union distinct

    select person_id, first_day from contacts where first_day is not null
),

preferred as (
    select
        days.person_id,
        days.date_day,
        contacts.contact_id,
        row_number() over (partition by days.person_id, days.date_day order by contacts.preference) as place
    from days
    inner join contacts
        on
            days.person_id = contacts.person_id
            and (contacts.first_day is null or contacts.first_day <= days.date_day)
),

evenings as (
    select preferred.person_id as subject_id, preferred.date_day, spells.owner_id
    from preferred
    left join spells
        on
            preferred.contact_id = spells.contact_id
            and preferred.date_day >= spells.first_day
            and (spells.end_day is null or preferred.date_day < spells.end_day)
    where preferred.place = 1
),

{{ relationship_stretches('evenings', ['owner_id']) }}

select subject_id as person_id, date_day as valid_from, next_day as valid_to, owner_id
from stretches
where owner_id is not null
