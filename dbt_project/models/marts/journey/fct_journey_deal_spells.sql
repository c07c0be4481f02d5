-- Grain: subject_type × subject_id × spell_number: a stretch in which an account, or a person taking part, had open
-- deals without a break. Deals that overlap or touch are one spell; it is won if any deal was won until its end.
with deals as (
    select opportunities.opportunity_id, accounts.surviving_account_id
    from {{ ref('opportunities') }} as opportunities
    left join {{ ref('dim_account_records') }} as accounts on opportunities.account_id = accounts.account_id
),

members as (
    select 'account' as subject_type, surviving_account_id as subject_id, opportunity_id
    from deals
    where surviving_account_id is not null

    union

    select 'person', records.person_id, contacts.opportunity_id
    from {{ ref('opportunity_contacts') }} as contacts
    inner join {{ ref('bridge_identity_records') }} as records
        on contacts.contact_id = records.record_id and records.record_type = 'contacts'
),

states as (
    select
        opportunity_id,
        state,
        valid_from,
        coalesce(lead(valid_from) over (partition by opportunity_id order by valid_from), {{ end_of_time() }})
            as valid_until
    from {{ ref('fct_opportunity_history') }}
),

with_reach as (
    select
        members.subject_type,
        members.subject_id,
        states.opportunity_id,
        states.valid_from,
        states.valid_until,
        max(states.valid_until) over (
            partition by members.subject_type, members.subject_id
            order by states.valid_from, states.opportunity_id
            rows between unbounded preceding and 1 preceding
        ) as reached_before
    from members
    inner join states on members.opportunity_id = states.opportunity_id and states.state = 'open'
),

numbered as (
    select
        *,
        sum(case when reached_before is null or reached_before < valid_from then 1 else 0 end) over (
            partition by subject_type, subject_id order by valid_from, opportunity_id rows unbounded preceding
        ) as spell_number
    from with_reach
),

spells as (
    select
        subject_type,
        subject_id,
        cast(spell_number as bigint) as spell_number,
        min(valid_from) as started_at,
        max(valid_until) as ended_at
    from numbered
    group by 1, 2, 3
),

wins as (
    select members.subject_type, members.subject_id, states.valid_from as won_at
    from members
    inner join states on members.opportunity_id = states.opportunity_id and states.state = 'won'
)

select
    spells.subject_type,
    spells.subject_id,
    spells.spell_number,
    spells.started_at,
    nullif(spells.ended_at, {{ end_of_time() }}) as ended_at,
    count(wins.won_at) > 0 as is_won
from spells
left join wins
    on
        spells.subject_type = wins.subject_type
        and spells.subject_id = wins.subject_id
        and spells.started_at <= wins.won_at
        and spells.ended_at >= wins.won_at
group by 1, 2, 3, 4, 5
