-- Grain: record_id × visit_number: an organisation's stay in a stage of the journey, as a passage of the friction ranking.
-- People are not compared: who has no organisation is, for that very reason, one who went no further. Left out is
-- what another place measures: `opportunity` is the pipeline, `customer` waits for its handoff to customer success, and
-- `lead` for the acceptance of its leads, if it has any. Before the purchase, who moves nowhere for
-- `journey_lost_after_days` is lost, even if it comes back later; a customer is lost by churning, and staying is no wait.
-- What a CRM calls qualified is its own affair, so each of them has places of its own for it: one CRM's wait is no other's.
with accepted as (
    select distinct account_id
    from {{ ref('fct_handoffs') }}
    where handoff = 'lead_acceptance' and account_id is not null
),

won as (
    select
        accounts.surviving_account_id as account_id,
        sum(deals.amount_reporting) as amount
    from {{ ref('fct_opportunities') }} as deals
    inner join {{ ref('dim_account_records') }} as accounts on deals.account_id = accounts.account_id
    where deals.is_won and deals.opportunity_type = 'new_business'
    group by accounts.surviving_account_id
),

stays as (
    select
        journey.*,
        journey.stage in ('onboarded', 'retained', 'expanded') as is_customer,
        {{ journey_step('journey.stage') }} as step,
        {{ journey_step('journey.next_stage') }} as next_step,
        {{ seconds_between('journey.entered_at', 'coalesce(journey.exited_at, ' ~ known_until() ~ ')') }}
            as stayed_seconds
    from {{ ref('fct_journey_stages') }} as journey
    left join accepted on journey.subject_id = accepted.account_id
    where
        journey.subject_type = 'account'
        and journey.stage in (
            'visitor', 'engaged', 'lead', 'marketing_qualified', 'sales_qualified', 'onboarded', 'retained', 'expanded'
        )
        and (journey.stage <> 'lead' or accepted.account_id is null)
),

judged as (
    select
        *,
        case
            when next_stage = 'churned' then 'lost'
            when is_customer and next_stage is not null then 'passed'
            when is_customer and stayed_seconds >= 86400 * {{ var('journey_retained_after_days') }} then 'passed'
            when is_customer then 'open'
            when stayed_seconds > 86400 * {{ var('journey_lost_after_days') }} then 'lost'
            when next_stage is null then 'open'
            when next_step > step then 'passed'
            else 'returned'
        end as state
    from stays
),

buyers as (
    select distinct
        stage,
        subject_id,
        account_id
    from judged
),

stakes as (
    select
        buyers.stage,
        {{ divide('coalesce(sum(won.amount), 0)', 'count(*)', 2) }} as stake
    from buyers
    left join won on buyers.account_id = won.account_id
    group by buyers.stage
)

select
    'journey_' || judged.stage || case
        when judged.stage in ('marketing_qualified', 'sales_qualified')
            then '_' || coalesce(judged.source_instance, 'unknown')
        else ''
    end as place,
    judged.stage as place_name,
    judged.subject_id as record_id,
    judged.stay_number as visit_number,
    coalesce(judged.source_instance, 'unknown') as source_instance,
    judged.entered_at,
    judged.exited_at as ended_at,
    judged.state,
    cast(case when judged.state = 'passed' and not judged.is_customer then judged.stayed_seconds end as bigint)
        as waited_seconds,
    judged.account_id,
    coalesce(accounts.region, 'unknown') as region,
    coalesce(accounts.segment, 'unknown') as segment,
    stakes.stake
from judged
inner join stakes on judged.stage = stakes.stage
left join {{ ref('dim_accounts') }} as accounts on judged.account_id = accounts.account_id
