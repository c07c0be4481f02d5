-- Grain: account_id × valid_from: who owned the deal of an account that was opened last, open or closed, at the end of
-- each day: the seller who works with it, who may be another than the owner of the account.
with deals as (
    select
        accounts.surviving_account_id as account_id,
        history.opportunity_id,
        history.owner_id,
        history.state,
        {{ day_of('history.valid_from') }} as first_day,
        {{ day_of('case when history.valid_to < ' ~ known_until() ~ ' then history.valid_to end') }} as end_day,
        min(history.valid_from) over (partition by history.opportunity_id) as opened_at
    from {{ ref('fct_opportunity_history') }} as history
    inner join {{ ref('opportunities') }} as opportunities on history.opportunity_id = opportunities.opportunity_id
    inner join {{ ref('dim_account_records') }} as accounts on opportunities.account_id = accounts.account_id
    where history.valid_from < {{ known_until() }}
),

days as (
    select distinct account_id, first_day as date_day from deals
),

standing as (
    select
        days.account_id,
        days.date_day,
        deals.owner_id,
        row_number() over (
            partition by days.account_id, days.date_day order by deals.opened_at desc, deals.opportunity_id desc
        ) as position
    from days
    left join deals
        on
            days.account_id = deals.account_id
            and days.date_day >= deals.first_day
            and (deals.end_day is null or days.date_day < deals.end_day)
            and deals.state <> 'removed'
),

evenings as (
    select account_id as subject_id, date_day, owner_id
    from standing
    where position = 1
),

{{ relationship_stretches('evenings', ['owner_id']) }}

select subject_id as account_id, date_day as valid_from, next_day as valid_to, owner_id
from stretches
where owner_id is not null
