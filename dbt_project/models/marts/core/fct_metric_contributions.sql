-- Grain: metric_name × period_date × record_type × record_id × currency_code: what each record adds to an additive
-- metric of the company. They add up to the metric: a customer's MRR is converted as a whole, and each of its contracts has
-- the difference of the running total. Publications are compared record by record through this table.
with months as (
    select * from {{ ref('dim_months') }}
),

pipeline as (
    select
        history.opportunity_id,
        months.month_date,
        coalesce(history.amount, 0) as amount,
        history.currency_code,
        history.reporting_rate,
        case when history.amount is null then 0 else history.amount_reporting end as amount_reporting
    from {{ ref('fct_opportunity_history') }} as history
    inner join months
        on
            history.valid_from < months.snapshot_end_at
            and (history.valid_to is null or history.valid_to >= months.snapshot_end_at)
    where history.state = 'open'
),

spend as (
    select
        campaign_id,
        month_date,
        currency_code,
        reporting_rate,
        sum(cost) as cost,
        {{ sum_known('cost_reporting') }} as cost_reporting
    from {{ ref('fct_marketing_spend_daily') }}
    group by 1, 2, 3, 4
),

contracts as (
    select
        customer_id,
        subscription_id,
        currency_code,
        month_date,
        reporting_rate,
        cast(sum(mrr) as decimal(18, 2)) as mrr
    from {{ ref('fct_mrr_items_monthly') }}
    group by 1, 2, 3, 4, 5
),

running_contracts as (
    select
        *,
        cast(
            sum(mrr) over (
                partition by customer_id, currency_code, month_date, reporting_rate
                order by subscription_id rows unbounded preceding
            ) as decimal(18, 2)
        ) as mrr_so_far
    from contracts
),

mrr as (
    select
        subscription_id,
        currency_code,
        month_date,
        sum(mrr) as mrr,
        case when min(reporting_rate) = max(reporting_rate) then min(reporting_rate) end as reporting_rate,
        {{ sum_known(
            'case when mrr_so_far = 0 then 0 else ' ~ convert('mrr_so_far', 'reporting_rate')
            ~ ' - ' ~ convert('(mrr_so_far - mrr)', 'reporting_rate') ~ ' end'
        ) }} as mrr_reporting
    from running_contracts
    group by 1, 2, 3
),

contributions as (
    select
        'mrr' as metric_name,
        month_date as period_date,
        'subscriptions' as record_type,
        subscription_id as record_id,
        mrr as amount,
        currency_code,
        reporting_rate,
        mrr_reporting as amount_reporting
    from mrr

    union all

    select
        'revenue',
        month_date,
        case event_type
            when 'invoice' then 'invoices'
            when 'order' then 'orders'
            when 'credit_note' then 'credit_notes'
            else 'refunds'
        end,
        record_id,
        net_amount,
        currency_code,
        reporting_rate,
        net_amount_reporting
    from {{ ref('fct_revenue_events') }}

    union all

    select
        'open_pipeline',
        month_date,
        'opportunities',
        opportunity_id,
        amount,
        currency_code,
        reporting_rate,
        amount_reporting
    from pipeline

    union all

    select
        'won_amount',
        closed_month_date,
        'opportunities',
        opportunity_id,
        amount,
        currency_code,
        reporting_rate,
        amount_reporting
    from {{ ref('fct_opportunities') }}
    where is_won and closed_month_date is not null and amount is not null

    union all

    select
        'marketing_spend',
        month_date,
        'campaigns',
        campaign_id,
        cost,
        currency_code,
        reporting_rate,
        cost_reporting
    from spend
)

select
    metric_name,
    period_date,
    record_type,
    record_id,
    coalesce(currency_code, 'unknown') as currency_code,
    cast(amount as decimal(18, 2)) as amount,
    reporting_rate,
    cast(amount_reporting as decimal(18, 2)) as amount_reporting
from contributions
