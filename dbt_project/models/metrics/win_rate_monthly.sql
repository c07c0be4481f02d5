-- Grain: month_date in which deals were closed. A deal counts in the month it was last closed: one reopened and won
-- later counts once, as won. The amount-weighted rate stands beside the count-weighted one.
with months as (
    select * from {{ ref('dim_months') }}
),

closed as (
    select * from {{ ref('fct_opportunities') }} where is_closed and closed_at is not null
),

totals as (
    select
        closed_month_date as month_date,
        cast(sum(case when is_won then 1 else 0 end) as bigint) as won_count,
        count(*) as closed_count,
        {{ sum_known('case when is_won then (case when amount is null then 0 else amount_reporting end) else 0 end') }}
            as won_amount,
        {{ sum_known('case when amount is null then 0 else amount_reporting end') }} as closed_amount,
        {{ sum_known('case when is_won then cycle_days else 0 end') }} as won_cycle_days
    from closed
    group by 1
)

select
    months.month_date,
    months.is_complete,
    totals.won_count,
    totals.closed_count - totals.won_count as lost_count,
    totals.closed_count,
    totals.won_amount,
    totals.closed_amount,
    '{{ var("reporting_currency") }}' as currency_code,
    {{ ratio('totals.won_count', 'totals.closed_count') }} as win_rate,
    {{ ratio('totals.won_amount', 'totals.closed_amount') }} as win_rate_by_amount,
    {{ ratio('totals.won_amount', 'totals.won_count') }} as average_won_amount,
    {{ ratio('totals.won_cycle_days', 'totals.won_count') }} as average_won_cycle_days
from months
inner join totals on months.month_date = totals.month_date
