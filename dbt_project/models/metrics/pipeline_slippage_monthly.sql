-- Grain: month_date × dimension × dimension_value: what became of the deals that were due within a month when it began,
-- at the amount they had then. A deal slipped when the month ended, or its close date left the month, while it was
-- open; in the running month those still due in it are pending. Pushes are counted in the month they were made in,
-- of all open deals.
with months as (
    select
        *,
        next_month_date - interval '1' day as last_day
    from {{ ref('dim_months') }}
),

dimensions as (
    select * from {{ ref('bridge_opportunity_dimensions') }}
),

history as (
    select
        *,
        case when amount is null then 0 else amount_reporting end as pipeline_amount
    from {{ ref('fct_opportunity_history') }}
),

due as (
    select
        months.month_date,
        before.opportunity_id,
        before.pipeline_amount as due_amount,
        case
            when after.state <> 'open' then after.state
            when months.is_complete or after.expected_close_date > months.last_day then 'slipped'
            else 'pending'
        end as outcome
    from months
    inner join history as before
        on
            before.state = 'open'
            and before.valid_from < months.started_at
            and (before.valid_to is null or before.valid_to >= months.started_at)
            and before.expected_close_date >= months.month_date
            and before.expected_close_date <= months.last_day
    inner join history as after
        on
            before.opportunity_id = after.opportunity_id
            and after.valid_from < months.snapshot_end_at
            and (after.valid_to is null or after.valid_to >= months.snapshot_end_at)
),

due_totals as (
    select
        due.month_date,
        dimensions.dimension,
        dimensions.dimension_value,
        count(*) as due_count,
        {%- for outcome in ['won', 'lost', 'removed', 'slipped', 'pending'] %}
        cast(sum(case when due.outcome = '{{ outcome }}' then 1 else 0 end) as bigint) as {{ outcome }}_count,
        {{ sum_known("case when due.outcome = '" ~ outcome ~ "' then due.due_amount else 0 end") }}
            as {{ outcome }}_amount,
        {%- endfor %}
        {{ sum_known('due.due_amount') }} as due_amount
    from due
    inner join dimensions on due.opportunity_id = dimensions.opportunity_id
    group by 1, 2, 3
),

push_totals as (
    select
        pushes.month_date,
        dimensions.dimension,
        dimensions.dimension_value,
        count(*) as push_count,
        cast(sum({{ days_between('pushes.from_close_date', 'pushes.to_close_date') }}) as bigint) as pushed_days,
        {{ sum_known('pushes.to_amount_reporting') }} as pushed_amount
    from {{ ref('fct_opportunity_transitions') }} as pushes
    inner join dimensions on pushes.opportunity_id = dimensions.opportunity_id
    where pushes.from_state = 'open' and pushes.to_state = 'open' and pushes.to_close_date > pushes.from_close_date
    group by 1, 2, 3
),

keys as (
    select month_date, dimension, dimension_value from due_totals
    union distinct
    select month_date, dimension, dimension_value from push_totals
)

select
    keys.month_date,
    months.is_complete,
    keys.dimension,
    keys.dimension_value,
    {%- for part in ['due', 'won', 'lost', 'removed', 'slipped', 'pending'] %}
    coalesce(due_totals.{{ part }}_count, 0) as {{ part }}_count,
    cast(case when due_totals.month_date is null then 0 else due_totals.{{ part }}_amount end as decimal(18, 2))
        as {{ part }}_amount,
    {%- endfor %}
    '{{ var("reporting_currency") }}' as currency_code,
    {{ ratio('due_totals.slipped_count', 'due_totals.due_count') }} as slippage_rate,
    {{ ratio('due_totals.slipped_amount', 'due_totals.due_amount') }} as slippage_rate_by_amount,
    coalesce(push_totals.push_count, 0) as push_count,
    coalesce(push_totals.pushed_days, 0) as pushed_days,
    cast(case when push_totals.month_date is null then 0 else push_totals.pushed_amount end as decimal(18, 2))
        as pushed_amount,
    {{ ratio('push_totals.pushed_days', 'push_totals.push_count') }} as average_pushed_days
from keys
inner join months on keys.month_date = months.month_date
left join due_totals
    on
        keys.month_date = due_totals.month_date
        and keys.dimension = due_totals.dimension
        and keys.dimension_value = due_totals.dimension_value
left join push_totals
    on
        keys.month_date = push_totals.month_date
        and keys.dimension = push_totals.dimension
        and keys.dimension_value = push_totals.dimension_value
