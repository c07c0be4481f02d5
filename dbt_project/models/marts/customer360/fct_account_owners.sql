-- Grain: account_id × valid_from: whose an organisation was at the end of each day. Of several records the one that
-- survived counts, as in dim_accounts, also for days on which another CRM said otherwise.
with days as (
    select
        accounts.account_id,
        changes.owner_id,
        {{ day_of('changes.changed_at') }} as date_day,
        row_number() over (
            partition by accounts.account_id, {{ day_of('changes.changed_at') }} order by changes.changed_at desc
        ) as place_from_last
    from {{ ref('fct_owner_changes') }} as changes
    inner join {{ ref('dim_account_records') }} as accounts
        on changes.record_id = accounts.account_id and accounts.account_id = accounts.surviving_account_id
    where changes.record_type = 'accounts'
),

evenings as (
    select account_id as subject_id, date_day, owner_id
    from days
    where place_from_last = 1
),

{{ relationship_stretches('evenings', ['owner_id']) }}

select subject_id as account_id, date_day as valid_from, next_day as valid_to, owner_id
from stretches
where owner_id is not null
