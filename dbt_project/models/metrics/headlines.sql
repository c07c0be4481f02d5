-- Grain: metric_name: the numbers a refresh reports, each with the value of the period before. Balances (ARR, open
-- pipeline) are as of now; flows and rates are of the last complete month, never of a running one. After them come the
-- three largest frictions of the newest window: what each costs, and what the same slice cost in the window before.
with monthly as (
    select 'arr' as metric_name, 1 as position, month_date, is_complete, false as needs_complete, arr as value
    from {{ ref('arr_monthly') }}

    union all

    select 'net_new_mrr', 2, month_date, is_complete, true, net_new_mrr
    from {{ ref('arr_monthly') }}

    union all

    select 'logo_churn_rate', 3, month_date, is_complete, true, logo_churn_rate
    from {{ ref('arr_monthly') }}

    union all

    select 'open_pipeline', 4, month_date, is_complete, false, closing
    from {{ ref('pipeline_waterfall') }}

    union all

    select 'win_rate', 5, month_date, is_complete, true, win_rate
    from {{ ref('win_rate_monthly') }}

    union all

    select 'revenue', 6, month_date, is_complete, true, revenue
    from {{ ref('revenue_monthly') }}

    union all

    select 'marketing_spend', 7, month_date, is_complete, true, {{ sum_known('cost') }}
    from {{ ref('marketing_spend_monthly') }}
    group by 1, 2, 3, 4, 5
),

ranked as (
    select
        *,
        lag(value) over (partition by metric_name order by month_date) as previous_value,
        row_number() over (partition by metric_name order by month_date desc) as recency
    from monthly
    where is_complete or not needs_complete
),

frictions as (
    select
        newest.*,
        earlier.loss_amount as previous_loss_amount
    from {{ ref('journey_friction') }} as newest
    left join {{ ref('journey_friction') }} as earlier
        on
            newest.place = earlier.place
            and newest.source_instance = earlier.source_instance
            and newest.dimension = earlier.dimension
            and newest.dimension_value = earlier.dimension_value
            and newest.period_months = earlier.period_months
            and newest.period_ends_at - interval '{{ var("friction_window_months") }}' month = earlier.period_ends_at
    where newest.period_months > 0 and newest.period_ends_at = {{ known_until() }} and newest.loss_rank <= 3
)

select
    cast(ranked.position as bigint) as position,
    ranked.metric_name,
    catalogue.title,
    cast(ranked.value as decimal(18, 6)) as value,
    catalogue.unit,
    case when catalogue.unit = 'money' then '{{ var("reporting_currency") }}' end as currency_code,
    ranked.month_date as period,
    ranked.is_complete,
    cast(ranked.previous_value as decimal(18, 6)) as previous_value
from ranked
inner join {{ ref('metric_catalogue') }} as catalogue on ranked.metric_name = catalogue.metric_name
where ranked.recency = 1

union all

select
    7 + loss_rank,
    'friction_' || loss_rank,
    'Friction ' || loss_rank || ': '
    || case
        when substring(place, 1, 11) = 'deal_stage_' then 'deals in ' || place_name
        when substring(place, 1, 8) = 'journey_' then 'accounts in ' || replace(place_name, '_', ' ')
        else replace(place_name, '_', ' ')
    end
    || ' (' || source_instance
    || case when dimension = 'total' then '' else ', ' || replace(dimension, '_', ' ') || ' ' || dimension_value end
    || ', {{ var("friction_window_months") }} months)',
    cast(loss_amount as decimal(18, 6)),
    'money',
    currency_code,
    {{ month_of(as_of()) }},
    false,
    cast(previous_loss_amount as decimal(18, 6))
from frictions
