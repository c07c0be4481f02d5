-- Grain: subject_type × subject_id × stage × entered_at: one stay of a person, an account or an opportunity in one stage
-- of its way. People and accounts go through the stages of the journey, opportunities through those of their pipeline
-- (fct_stage_visits, where `removed` follows a deal that was deleted). Days are calendar days, to `as_of` while it lasts.
with accounts as (
    select account_id, surviving_account_id, source_instance from {{ ref('dim_account_records') }}
),

journeys as (
    select
        'account' as subject_type,
        stays.account_id as subject_id,
        stays.account_id,
        cast(null as string) as person_id,
        stays.stay_number,
        stays.previous_stage,
        stays.stage,
        stays.entered_at,
        stays.exited_at,
        stays.next_stage,
        stays.is_return
    from {{ ref('fct_journey_account_stages') }} as stays

    union all

    select
        'person',
        stays.person_id,
        people.account_id,
        stays.person_id,
        stays.stay_number,
        stays.previous_stage,
        stays.stage,
        stays.entered_at,
        stays.exited_at,
        stays.next_stage,
        stays.is_return
    from {{ ref('fct_journey_person_stages') }} as stays
    left join {{ ref('identity_people') }} as people on stays.person_id = people.person_id
),

stepped as (
    select
        *,
        {{ journey_step('stage') }} as step,
        coalesce({{ journey_step('previous_stage') }}, 0) as previous_step
    from journeys
),

visits as (
    select
        *,
        lag(stage_code) over (partition by opportunity_id order by visit_number) as previous_stage,
        coalesce(lag(stage_order) over (partition by opportunity_id order by visit_number), 0) as previous_order
    from {{ ref('fct_stage_visits') }}
),

together as (
    select
        stepped.subject_type,
        stepped.subject_id,
        stepped.stay_number,
        stepped.previous_stage,
        stepped.stage,
        stepped.step as stage_order,
        stepped.entered_at,
        stepped.exited_at,
        stepped.next_stage,
        stepped.is_return,
        case when stepped.step > stepped.previous_step + 1 then stepped.step - stepped.previous_step - 1 else 0 end
            as skipped_stages,
        stepped.account_id,
        stepped.person_id,
        cast(null as string) as opportunity_id,
        accounts.source_instance
    from stepped
    left join accounts on stepped.account_id = accounts.account_id

    union all

    select
        'opportunity',
        visits.opportunity_id,
        visits.visit_number,
        visits.previous_stage,
        visits.stage_code,
        visits.stage_order,
        visits.entered_at,
        visits.left_at,
        case when visits.outcome = 'removed' then 'removed' else visits.next_stage_code end,
        visits.is_return,
        case
            when visits.state <> 'lost' and visits.stage_order > visits.previous_order + 1
                then visits.stage_order - visits.previous_order - 1
            else 0
        end,
        accounts.surviving_account_id,
        cast(null as string),
        visits.opportunity_id,
        visits.source_instance
    from visits
    left join {{ ref('opportunities') }} as opportunities on visits.opportunity_id = opportunities.opportunity_id
    left join accounts on opportunities.account_id = accounts.account_id
)

select
    subject_type,
    subject_id,
    cast(stay_number as bigint) as stay_number,
    previous_stage,
    stage,
    cast(stage_order as bigint) as stage_order,
    entered_at,
    exited_at,
    next_stage,
    {{ days_between(day_of('entered_at'), day_of('coalesce(exited_at, ' ~ as_of() ~ ')')) }} as duration_days,
    exited_at is null as is_current,
    is_return,
    cast(skipped_stages as bigint) as skipped_stages,
    account_id,
    person_id,
    opportunity_id,
    source_instance
from together
