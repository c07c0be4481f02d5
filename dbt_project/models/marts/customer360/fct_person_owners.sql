-- Grain: person_id × valid_from: whose a person was at the end of each day. Of several contacts the one counts that would
-- count today if those that came later were not there: the newest of the day, those deleted since coming last.
with {{ owners_at_day_ends('contacts') }},

contacts as (
    select
        person_id,
        contact_id,
        preference,
        {{ day_of('case when created_at > ' ~ as_of() ~ ' then ' ~ as_of() ~ ' else created_at end') }} as first_day
    from {{ ref('identity_contacts') }}
),

spells as (
    select
        contacts.person_id,
        contacts.contact_id,
        owner_days.owner_id,
        owner_days.date_day as first_day,
        lead(owner_days.date_day) over (partition by contacts.contact_id order by owner_days.date_day) as end_day
    from owner_days
    inner join contacts on owner_days.record_id = contacts.contact_id
),

days as (
    select person_id, first_day as date_day from spells

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
