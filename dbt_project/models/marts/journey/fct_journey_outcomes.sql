-- Grain: subject_type × subject_id × stay_number: what became of each stay within its horizon. Before the purchase and in
-- the pipeline, who moves nowhere for `journey_lost_after_days` has dropped off, and so has whose last open deal ended
-- without a win; a customer drops off by churning within `journey_retained_after_days`, and staying is no loss. What
-- comes after the horizon changes nothing, so a month that is complete stays as it is. A closed deal goes nowhere: its
-- stays in `won` and `lost` are left out. The stake is what those who came to the stage were worth on average.
{%- set after, before = var('journey_retained_after_days'), var('journey_lost_after_days') %}
{%- set next_month = month_at('entered_at') ~ " + interval '1' month" %}
with stays as (
    select
        journey.*,
        visits.outcome as visit_outcome,
        journey.subject_type = 'opportunity' as is_deal,
        journey.subject_type <> 'opportunity'
        and (journey.stage in {{ customer_stages() }} or journey.stage = 'churned') as is_after_purchase,
        {{ journey_step('journey.stage') }} as step,
        {{ journey_step('journey.next_stage') }} as next_step,
        {{ seconds_between('journey.entered_at', 'coalesce(journey.exited_at, ' ~ known_until() ~ ')') }}
            as stayed_seconds
    from {{ ref('fct_journey_stages') }} as journey
    left join {{ ref('fct_stage_visits') }} as visits
        on journey.opportunity_id = visits.opportunity_id and journey.stay_number = visits.visit_number
    where visits.state is null or visits.state = 'open'
),

bounded as (
    select
        *,
        case when is_after_purchase then {{ after }} else {{ before }} end as horizon_days,
        {{ known_until() }} >= case
            when is_after_purchase then {{ starts_at(next_month ~ " + interval '" ~ after ~ "' day") }}
            else {{ starts_at(next_month ~ " + interval '" ~ before ~ "' day") }}
        end as is_complete
    from stays
),

judged as (
    select
        *,
        exited_at is not null and stayed_seconds <= 86400 * horizon_days as has_moved,
        case
            when stayed_seconds > 86400 * horizon_days
                then case when is_after_purchase then 'stayed' else 'dropped_off' end
            when exited_at is null then 'open'
            when is_deal
                then case visit_outcome
                    when 'advanced' then 'moved_on'
                    when 'won' then 'moved_on'
                    when 'returned' then 'returned'
                    else 'dropped_off'
                end
            when next_stage = 'churned' or (stage = 'opportunity' and next_step < step) then 'dropped_off'
            when is_after_purchase or next_step > step then 'moved_on'
            else 'returned'
        end as outcome
    from bounded
),

won as (
    select
        accounts.surviving_account_id as account_id,
        sum(deals.amount_reporting) as amount
    from {{ ref('fct_opportunities') }} as deals
    inner join {{ ref('dim_account_records') }} as accounts on deals.account_id = accounts.account_id
    where deals.is_won and deals.opportunity_type = 'new_business'
    group by 1
),

subjects as (
    select subject_type, stage, count(distinct subject_id) as subject_count
    from judged
    group by 1, 2
),

-- An account counts once, however many of its people came to the stage.
organisations as (
    select distinct subject_type, stage, account_id
    from judged
    where not is_deal and account_id is not null
),

takings as (
    select organisations.subject_type, organisations.stage, sum(won.amount) as amount
    from organisations
    inner join won on organisations.account_id = won.account_id
    group by 1, 2
),

deals as (
    select distinct subject_id, stage, source_instance
    from judged
    where is_deal
),

results as (
    select
        deals.stage,
        deals.source_instance,
        count(*) as deal_count,
        coalesce(sum(case when opportunities.is_won then opportunities.amount_reporting end), 0) as amount
    from deals
    inner join {{ ref('fct_opportunities') }} as opportunities on deals.subject_id = opportunities.opportunity_id
    where opportunities.is_closed
    group by 1, 2
),

stakes as (
    select
        subjects.subject_type,
        subjects.stage,
        cast(null as string) as source_instance,
        {{ divide('coalesce(takings.amount, 0)', 'subjects.subject_count', 2) }} as stake
    from subjects
    left join takings on subjects.subject_type = takings.subject_type and subjects.stage = takings.stage
    where subjects.subject_type <> 'opportunity'

    union all

    select 'opportunity', stage, source_instance, {{ divide('amount', 'deal_count', 2) }}
    from results
)

select
    judged.subject_type,
    judged.subject_id,
    judged.stay_number,
    judged.stage as from_stage,
    judged.stage_order,
    judged.entered_at,
    {{ month_at('judged.entered_at') }} as month_date,
    judged.is_complete,
    cast(judged.horizon_days as bigint) as horizon_days,
    judged.exited_at,
    judged.next_stage,
    judged.outcome,
    case when judged.has_moved then judged.next_stage else 'none' end as to_stage,
    cast(judged.stayed_seconds as bigint) as stayed_seconds,
    stakes.stake,
    judged.account_id,
    judged.person_id,
    judged.opportunity_id,
    coalesce(judged.source_instance, 'unknown') as source_instance,
    coalesce(accounts.segment, 'unknown') as segment,
    coalesce(accounts.region, 'unknown') as region,
    coalesce(accounts.acquisition_channel, 'unknown') as acquisition_channel
from judged
left join stakes
    on
        judged.subject_type = stakes.subject_type
        and judged.stage = stakes.stage
        and (stakes.source_instance is null or judged.source_instance = stakes.source_instance)
left join {{ ref('dim_accounts') }} as accounts on judged.account_id = accounts.account_id
