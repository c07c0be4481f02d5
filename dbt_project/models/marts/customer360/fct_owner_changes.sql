-- Grain: record_type × record_id × changed_at. What the CRMs recorded, and the owner of today where that is another: an
-- owner cannot change without the record, so today's has held since its last change, and who it was before is unknown.
with records as (
    {%- for record_type, key in [('accounts', 'account_id'), ('contacts', 'contact_id')] %}
    select '{{ record_type }}' as record_type, {{ key }} as record_id, owner_id, updated_at
    from {{ ref(record_type) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

recorded as (
    select
        case when account_id is not null then 'accounts' else 'contacts' end as record_type,
        coalesce(account_id, contact_id) as record_id,
        changed_at,
        owner_id,
        row_number() over (
            partition by account_id, contact_id, changed_at order by owner_change_id desc
        ) as recency,
        row_number() over (
            partition by account_id, contact_id order by changed_at desc, owner_change_id desc
        ) as place_from_last
    from {{ ref('owner_changes') }}
    where changed_at < {{ known_until() }}
),

present as (
    select
        records.record_type,
        records.record_id,
        records.owner_id,
        case
            when lasts.changed_at is null or records.updated_at > lasts.changed_at
                then least(coalesce(records.updated_at, {{ as_of() }}), {{ as_of() }})
            else lasts.changed_at
        end as changed_at
    from records
    left join recorded as lasts
        on
            records.record_type = lasts.record_type
            and records.record_id = lasts.record_id
            and lasts.place_from_last = 1
    where records.owner_id is distinct from lasts.owner_id
)

select
    recorded.record_type,
    recorded.record_id,
    recorded.changed_at,
    recorded.owner_id,
    false as is_inferred
from recorded
inner join records on recorded.record_type = records.record_type and recorded.record_id = records.record_id
left join present
    on
        recorded.record_type = present.record_type
        and recorded.record_id = present.record_id
        and recorded.changed_at = present.changed_at
where recorded.recency = 1 and present.record_id is null

union all

select
    record_type,
    record_id,
    changed_at,
    owner_id,
    true as is_inferred
from present
