-- Grain: month_date × dimension × dimension_value: money won per day, were the pipeline of the month's end worked off as
-- the deals closed in the window before it were. Velocity = open qualified deals × win rate × average won amount ÷
-- median days from creation to won; it is computed as one quotient, so that nothing is rounded on the way. A deal
-- counts as it was last closed.
with months as (
    select * from {{ ref('dim_months') }}
),

dimensions as (
    select * from {{ ref('bridge_opportunity_dimensions') }}
),

standing as (
    select
        deals.month_date,
        dimensions.dimension,
        dimensions.dimension_value,
        cast(sum(case when deals.is_qualified and not deals.is_stale then 1 else 0 end) as bigint) as open_count,
        {{ sum_known('case when deals.is_qualified and not deals.is_stale then deals.amount_reporting else 0 end') }}
            as open_amount,
        cast(sum(case when deals.is_qualified and deals.is_stale then 1 else 0 end) as bigint) as stale_count
    from {{ ref('fct_open_opportunities_monthly') }} as deals
    inner join dimensions on deals.opportunity_id = dimensions.opportunity_id
    group by 1, 2, 3
),

closed as (
    select
        opportunity_id,
        is_won,
        closed_at,
        cycle_days,
        case when amount is null then 0 else amount_reporting end as closed_amount
    from {{ ref('fct_opportunities') }}
    where is_closed and closed_at is not null
),

outcomes as (
    select
        months.month_date,
        dimensions.dimension,
        dimensions.dimension_value,
        cast(sum(case when closed.is_won then 1 else 0 end) as bigint) as won_count,
        count(*) as closed_count,
        {{ sum_known('case when closed.is_won then closed.closed_amount else 0 end') }} as won_amount,
        {{ sum_known('closed.closed_amount') }} as closed_amount,
        {{ percentile(0.5, 'case when closed.is_won then closed.cycle_days end') }} as median_won_cycle_days
    from months
    inner join closed
        on
            closed.closed_at < months.snapshot_end_at
            and closed.closed_at >= months.snapshot_end_at - interval '{{ var("velocity_window_days") }}' day
    inner join dimensions on closed.opportunity_id = dimensions.opportunity_id
    group by 1, 2, 3
),

keys as (
    select month_date, dimension, dimension_value from standing
    union distinct
    select month_date, dimension, dimension_value from outcomes
),

parts as (
    select
        keys.month_date,
        months.is_complete,
        keys.dimension,
        keys.dimension_value,
        coalesce(standing.open_count, 0) as open_count,
        coalesce(standing.stale_count, 0) as stale_count,
        case when standing.month_date is null then 0 else standing.open_amount end as open_amount,
        coalesce(outcomes.won_count, 0) as won_count,
        coalesce(outcomes.closed_count, 0) as closed_count,
        case when outcomes.month_date is null then 0 else outcomes.won_amount end as won_amount,
        case when outcomes.month_date is null then 0 else outcomes.closed_amount end as closed_amount,
        outcomes.median_won_cycle_days
    from keys
    inner join months on keys.month_date = months.month_date
    left join standing
        on
            keys.month_date = standing.month_date
            and keys.dimension = standing.dimension
            and keys.dimension_value = standing.dimension_value
    left join outcomes
        on
            keys.month_date = outcomes.month_date
            and keys.dimension = outcomes.dimension
            and keys.dimension_value = outcomes.dimension_value
),

products as (
    select
        *,
        cast(open_count * won_amount as decimal(20, 2)) as velocity_numerator,
        cast(closed_count * median_won_cycle_days as decimal(20, 2)) as velocity_denominator
    from parts
)

select
    month_date,
    is_complete,
    dimension,
    dimension_value,
    open_count,
    stale_count,
    cast(open_amount as decimal(18, 2)) as open_amount,
    won_count,
    closed_count - won_count as lost_count,
    closed_count,
    cast(won_amount as decimal(18, 2)) as won_amount,
    cast(closed_amount as decimal(18, 2)) as closed_amount,
    '{{ var("reporting_currency") }}' as currency_code,
    {{ ratio('won_count', 'closed_count') }} as win_rate,
    {{ ratio('won_amount', 'closed_amount') }} as win_rate_by_amount,
    {{ ratio('won_amount', 'won_count') }} as average_won_amount,
    median_won_cycle_days,
    velocity_numerator,
    velocity_denominator,
    {{ ratio('velocity_numerator', 'velocity_denominator') }} as pipeline_velocity
from products
