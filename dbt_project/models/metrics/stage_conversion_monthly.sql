-- Grain: month_date in which deals left an open stage × pipeline × stage_code × next_stage_code: the matrix of where
-- deals go. A stage's shares add up to 1 over the places its visits of the month went to.
with exits as (
    select * from {{ ref('fct_stage_visits') }} where state = 'open' and left_at is not null
),

totals as (
    select
        left_month_date as month_date,
        source_instance,
        pipeline_name,
        stage_code,
        count(*) as exit_count
    from exits
    group by 1, 2, 3, 4
),

moves as (
    select
        left_month_date as month_date,
        source_instance,
        pipeline_name,
        stage_code,
        case when outcome = 'removed' then 'removed' else next_stage_code end as next_stage_code,
        min(stage_name) as stage_name,
        min(stage_order) as stage_order,
        min(outcome) as outcome,
        count(*) as move_count,
        {{ percentile(0.5, 'days') }} as median_days
    from exits
    group by 1, 2, 3, 4, 5
)

select
    moves.month_date,
    months.is_complete,
    moves.source_instance,
    moves.pipeline_name,
    moves.stage_code,
    moves.stage_name,
    moves.stage_order,
    moves.next_stage_code,
    moves.outcome,
    moves.move_count,
    totals.exit_count,
    {{ ratio('moves.move_count', 'totals.exit_count') }} as share_of_exits,
    moves.median_days
from moves
inner join totals
    on
        moves.month_date = totals.month_date
        and moves.source_instance = totals.source_instance
        and moves.pipeline_name = totals.pipeline_name
        and moves.stage_code = totals.stage_code
inner join {{ ref('dim_months') }} as months on moves.month_date = months.month_date
