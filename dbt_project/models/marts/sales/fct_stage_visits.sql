-- Grain: opportunity_id × visit_number: one stay of a deal in one stage, closed stages included. A deal that comes back
-- to a stage visits it again. Time is in calendar days, so the days of a deal's visits add up to those between the
-- first entry and the last exit; what lasts is counted to `as_of`.
with history as (
    select
        *,
        state || '|' || coalesce(stage_code, '') as place
    from {{ ref('fct_opportunity_history') }}
),

compared as (
    select
        *,
        lag(place) over (partition by opportunity_id order by valid_from) as previous_place
    from history
),

marked as (
    select
        *,
        sum(case when previous_place = place then 0 else 1 end) over (
            partition by opportunity_id order by valid_from rows unbounded preceding
        ) as stay
    from compared
),

firsts as (
    select * from marked where previous_place is null or previous_place <> place
),

stays as (
    select
        *,
        lead(valid_from) over deal as left_at,
        lead(stage_code) over deal as next_stage_code,
        lead(stage_order) over deal as next_stage_order,
        lead(state) over deal as next_state,
        row_number() over (partition by opportunity_id, place order by valid_from) as occurrence
    from firsts
    window deal as (partition by opportunity_id order by valid_from)
)

select
    opportunity_id,
    row_number() over (partition by opportunity_id order by valid_from) as visit_number,
    source_instance,
    coalesce(pipeline_name, 'unknown') as pipeline_name,
    coalesce(stage_code, 'unknown') as stage_code,
    coalesce(stage_name, 'unknown') as stage_name,
    stage_order,
    state,
    valid_from as entered_at,
    left_at,
    {{ month_at('valid_from') }} as entered_month_date,
    {{ month_at('left_at') }} as left_month_date,
    {{ days_between(day_of('valid_from'), day_of('coalesce(left_at, ' ~ as_of() ~ ')')) }} as days,
    occurrence > 1 as is_return,
    case
        when left_at is null then 'stays'
        when next_state = 'open' and state <> 'open' then 'reopened'
        when next_state <> 'open' then next_state
        when next_stage_order < stage_order then 'returned'
        else 'advanced'
    end as outcome,
    case when left_at is not null then coalesce(next_stage_code, 'unknown') end as next_stage_code,
    amount as entry_amount,
    currency_code as entry_currency_code,
    reporting_rate as entry_reporting_rate,
    amount_reporting as entry_amount_reporting,
    owner_id as entry_owner_id
from stays
where state <> 'removed'
