-- Grain: record_id × visit_number: an organisation's stay in a stage of the journey, as a passage of the friction ranking.
-- People are not compared: who has no organisation is, for that very reason, one who went no further. Left out is
-- what another place measures: `opportunity` is the pipeline, `customer` waits for its handoff to customer success, and
-- `lead` for the acceptance of its leads, if it has any. Buyers are judged as in fct_journey_outcomes, and a customer
-- is also lost who churns after the horizon; its staying is no wait.
-- What a CRM calls qualified is its own affair, so each of them has places of its own for it: one CRM's wait is no other's.
with accepted as (
    select distinct account_id
    from {{ ref('fct_handoffs') }}
    where handoff = 'lead_acceptance' and account_id is not null
),

stays as (
    select
        outcomes.*,
        outcomes.from_stage in {{ customer_stages() }} as is_customer,
        case
            when outcomes.outcome = 'dropped_off' or outcomes.next_stage = 'churned' then 'lost'
            when outcomes.outcome in ('moved_on', 'stayed') then 'passed'
            else outcomes.outcome
        end as state
    from {{ ref('fct_journey_outcomes') }} as outcomes
    left join accepted on outcomes.subject_id = accepted.account_id
    where
        outcomes.subject_type = 'account'
        and outcomes.from_stage in (
            'visitor', 'engaged', 'lead', 'marketing_qualified', 'sales_qualified', 'onboarded', 'retained', 'expanded'
        )
        and (outcomes.from_stage <> 'lead' or accepted.account_id is null)
)

select
    'journey_' || from_stage || case
        when from_stage in ('marketing_qualified', 'sales_qualified') then '_' || source_instance
        else ''
    end as place,
    from_stage as place_name,
    subject_id as record_id,
    stay_number as visit_number,
    source_instance,
    entered_at,
    exited_at as ended_at,
    state,
    case when state = 'passed' and not is_customer then stayed_seconds end as waited_seconds,
    account_id,
    region,
    segment,
    acquisition_channel as channel,
    stake
from stays
