-- Grain: month_date × dimension × dimension_value: the win rate of win_rate_monthly, for each value of each dimension of
-- deals. Every dimension adds up to win_rate_monthly; values are those of today.
with closed as (
    select
        *,
        case when amount is null then 0 else amount_reporting end as closed_amount
    from {{ ref('fct_opportunities') }}
    where is_closed and closed_at is not null
),

totals as (
    select
        closed.closed_month_date as month_date,
        dimensions.dimension,
        dimensions.dimension_value,
        cast(sum(case when closed.is_won then 1 else 0 end) as bigint) as won_count,
        count(*) as closed_count,
        {{ sum_known('case when closed.is_won then closed.closed_amount else 0 end') }} as won_amount,
        {{ sum_known('closed.closed_amount') }} as closed_amount
    from closed
    inner join {{ ref('bridge_opportunity_dimensions') }} as dimensions
        on closed.opportunity_id = dimensions.opportunity_id
    where dimensions.dimension <> 'total'
    group by 1, 2, 3
)

select
    totals.month_date,
    months.is_complete,
    totals.dimension,
    totals.dimension_value,
    totals.won_count,
    totals.closed_count - totals.won_count as lost_count,
    totals.closed_count,
    totals.won_amount,
    totals.closed_amount,
    '{{ var("reporting_currency") }}' as currency_code,
    {{ ratio('totals.won_count', 'totals.closed_count') }} as win_rate,
    {{ ratio('totals.won_amount', 'totals.closed_amount') }} as win_rate_by_amount
from totals
inner join {{ ref('dim_months') }} as months on totals.month_date = months.month_date
