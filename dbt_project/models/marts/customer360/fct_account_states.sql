-- Grain: account_id × valid_from: days over which nothing changed of what is known of an account, as it was at the end
-- of each. Rebuilt from what happened, so days before the warehouse existed are here too. A billing customer without an
-- account has a history under its own key. Only customers have a health, by the rule docs/journey.md gives.
{%- set columns = [
    'stage', 'owner_id', 'deal_owner_id', 'known_mrr', 'known_mrr_before', 'known_pipeline', 'open_opportunities', 'last_touch_at',
    'open_conversations', 'late_conversations', 'recent_conversations', 'overdue_bills', 'cancellations', 'health',
    'health_reason',
] %}
with changes as (
    select * from {{ ref('fct_relationship_changes') }} where subject_type = 'account'
),

stages as (
    select account_id, stage, {{ day_of('entered_at') }} as first_day, {{ day_of('exited_at') }} as end_day
    from {{ ref('fct_journey_account_stages') }}
),

owners as (
    select * from {{ ref('fct_account_owners') }}
),

deal_owners as (
    select * from {{ ref('fct_account_deal_owners') }}
),

touches as (
    select
        subject_id,
        date_day,
        lead(date_day) over (partition by subject_id order by date_day) as next_day
    from changes
    where last_touch_at is not null
),

points as (
    select subject_id, date_day from changes

    union distinct

    select account_id, first_day from stages
    {%- for spells in ['owners', 'deal_owners'] %}

    union distinct

    select account_id, valid_from from {{ spells }}

    union distinct

    select account_id, valid_to from {{ spells }} where valid_to is not null
    {%- endfor %}
    {%- for days in var('health_silent_days') %}

    union distinct

    select subject_id, cast(date_day + interval '{{ days }}' day as date)
    from touches
    where next_day is null or date_day + interval '{{ days }}' day < next_day
    {%- endfor %}
),

{{ relationship_sums() }},

running as (
    select
        sums.*,
        case when sums.unrated_mrr = 0 then sums.mrr end as known_mrr,
        case when sums.unrated_mrr = 0 then sums.mrr_before end as known_mrr_before,
        case when sums.unrated_opportunities = 0 then sums.open_pipeline end as known_pipeline,
        stages.stage,
        stages.stage in {{ customer_stages() }} as is_customer,
        owners.owner_id,
        deal_owners.owner_id as deal_owner_id
    from sums
    left join stages
        on
            sums.subject_id = stages.account_id
            and sums.date_day >= stages.first_day
            and (stages.end_day is null or sums.date_day < stages.end_day)
    left join owners
        on
            sums.subject_id = owners.account_id
            and sums.date_day >= owners.valid_from
            and (owners.valid_to is null or sums.date_day < owners.valid_to)
    left join deal_owners
        on
            sums.subject_id = deal_owners.account_id
            and sums.date_day >= deal_owners.valid_from
            and (deal_owners.valid_to is null or sums.date_day < deal_owners.valid_to)
),

judged as (
    select
        *,
        case when is_customer then {{ health() }} end as health,
        case when is_customer then {{ health_reason() }} end as health_reason
    from running
),

{{ relationship_stretches('judged', columns) }}

select
    subject_id as account_id,
    date_day as valid_from,
    next_day as valid_to,
    next_day is null as is_current,
    stage,
    owner_id,
    deal_owner_id,
    cast(known_mrr as decimal(18, 2)) as mrr,
    cast(known_mrr_before as decimal(18, 2)) as mrr_before,
    cast(known_pipeline as decimal(18, 2)) as open_pipeline_amount,
    cast(open_opportunities as bigint) as open_opportunity_count,
    last_touch_at,
    cast(open_conversations as bigint) as open_conversation_count,
    cast(late_conversations as bigint) as late_conversation_count,
    cast(recent_conversations as bigint) as recent_conversation_count,
    cast(overdue_bills as bigint) as overdue_bill_count,
    cancellations > 0 as is_cancelling,
    health,
    health_reason
from stretches
