-- Grain: account_id × valid_from: whose an organisation was at the end of each day. Of several records the one that
-- survived counts, as in dim_accounts, also for days on which another CRM said otherwise.
with {{ owners_at_day_ends('accounts') }},

evenings as (
    select accounts.account_id as subject_id, owner_days.date_day, owner_days.owner_id
    from owner_days
    inner join {{ ref('dim_account_records') }} as accounts
        on owner_days.record_id = accounts.account_id and accounts.account_id = accounts.surviving_account_id
),

{{ relationship_stretches('evenings', ['owner_id']) }}

select subject_id as account_id, date_day as valid_from, next_day as valid_to, owner_id
from stretches
where owner_id is not null
