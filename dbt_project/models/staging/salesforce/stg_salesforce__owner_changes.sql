-- Grain: one change of the owner of an account or contact, or its creation. A change of a lookup is recorded twice, by
-- name and by id; the row with ids counts. History gives ids of 15 or 18 characters; the first 15 decide.
with

history as (
    select * from {{ ref('stg_salesforce__buyer_history') }}
),

users as (
    select * from {{ ref('stg_salesforce__users') }}
)

select
    history.source_instance,
    history.record_type,
    history.record_id,
    history.change_id,
    history.changed_at,
    history.field_name = 'created' as is_creation,
    coalesce(before.user_id, history.old_value) as old_owner_id,
    coalesce(afterwards.user_id, history.new_value) as new_owner_id
from history
left join users as before
    on
        history.source_instance = before.source_instance
        and substring(history.old_value, 1, 15) = substring(before.user_id, 1, 15)
left join users as afterwards
    on
        history.source_instance = afterwards.source_instance
        and substring(history.new_value, 1, 15) = substring(afterwards.user_id, 1, 15)
where
    history.field_name = 'created'
    or (
        history.field_name = 'Owner'
        and regexp_full_match(coalesce(history.new_value, history.old_value), '005[A-Za-z0-9]{12}([A-Za-z0-9]{3})?')
    )
