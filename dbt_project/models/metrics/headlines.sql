-- Grain: metric_name: the numbers a refresh reports, each with the value of the period before. Balances (ARR, open
-- pipeline) are as of now; flows and rates are of the last complete month, never of a running one.
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
