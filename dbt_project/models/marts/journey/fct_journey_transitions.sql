-- Grain: subject_type × subject_id × stay_number: every stage entered, with the one it was entered from (NULL: the
-- first known) and how long the way there took. By month of entering the stage before, see journey_transitions_monthly.
with stays as (
    select * from {{ ref('fct_journey_stages') }}
)

select
    arrivals.subject_type,
    arrivals.subject_id,
    arrivals.stay_number,
    arrivals.previous_stage as from_stage,
    arrivals.stage as to_stage,
    arrivals.entered_at as moved_at,
    {{ month_at('arrivals.entered_at') }} as month_date,
    departures.duration_days as days,
    {{ seconds_between('departures.entered_at', 'arrivals.entered_at') }} as seconds,
    case
        when departures.stay_number is null then 'began'
        when arrivals.stage = 'churned' then 'churned'
        when arrivals.stage_order < departures.stage_order then 'returned'
        else 'advanced'
    end as direction,
    arrivals.is_return,
    arrivals.skipped_stages,
    arrivals.account_id,
    arrivals.person_id,
    arrivals.opportunity_id,
    arrivals.source_instance
from stays as arrivals
left join stays as departures
    on
        arrivals.subject_type = departures.subject_type
        and arrivals.subject_id = departures.subject_id
        and arrivals.stay_number = departures.stay_number + 1
        and arrivals.entered_at = departures.exited_at
