-- Grain: subscription_item_id × month_date: items earning recurring revenue at the month's snapshot.
-- An item whose terms ended at the very midnight after the month still counts in it. An item past its own months keeps
-- the rate it had: `next_rate_date` is where the month after revalues it, so that `fx` holds every change of rate.
with terms as (
    select * from {{ ref('fct_mrr_item_terms') }}
),

months as (
    select
        *,
        lead(snapshot_end_at) over (order by month_date) as next_snapshot_end_at
    from {{ ref('dim_months') }}
),

{{ service_periods() }},

items as (
    select
        terms.*,
        months.month_date,
        months.is_complete,
        months.calendar_year,
        months.snapshot_end_at,
        months.next_snapshot_end_at
    from terms
    inner join months
        on
            terms.valid_from < months.snapshot_end_at
            and (terms.valid_to is null or terms.valid_to >= months.snapshot_end_at)
),

running_periods as (
    select
        items.subscription_item_id,
        items.month_date,
        max(service_periods.service_start_at) as service_start_at
    from items
    inner join service_periods
        on
            items.subscription_id = service_periods.subscription_id
            and items.subscription_item_id = service_periods.subscription_item_id
            and service_periods.service_start_at < items.snapshot_end_at
            and service_periods.service_end_at >= items.snapshot_end_at
    group by 1, 2
),

dated as (
    select
        items.*,
        {{ mrr_rate_date("'" ~ var('mrr_exchange_rate') ~ "'", 'items.month_date', 'items.snapshot_end_at',
            'coalesce(running_periods.service_start_at, items.valid_from)') }} as rate_date
    from items
    left join running_periods
        on
            items.subscription_item_id = running_periods.subscription_item_id
            and items.month_date = running_periods.month_date
),

followed as (
    select
        *,
        {%- if var('mrr_exchange_rate') == 'service_period_start' %}
        case
            when
                lead(month_date) over (partition by subscription_item_id order by month_date)
                = cast(month_date + interval '1' month as date)
                then lead(rate_date) over (partition by subscription_item_id order by month_date)
            else rate_date
        end as next_rate_date
        {%- else %}
        {{ mrr_rate_date("'" ~ var('mrr_exchange_rate') ~ "'", "(month_date + interval '1' month)",
            'next_snapshot_end_at', 'valid_from') }} as next_rate_date
        {%- endif %}
    from dated
)

select
    followed.subscription_item_id,
    followed.month_date,
    followed.is_complete,
    followed.calendar_year,
    followed.subscription_id,
    followed.customer_id,
    followed.product_id,
    followed.currency_code,
    followed.unit_amount,
    followed.quantity,
    followed.discount_percent,
    followed.billing_interval,
    followed.billing_interval_count,
    followed.contract_mrr,
    followed.mrr,
    followed.rate_date,
    rates.rate as reporting_rate,
    followed.next_rate_date,
    next_rates.rate as next_reporting_rate
from followed
left join {{ ref('dim_exchange_rates_daily') }} as rates
    on followed.currency_code = rates.currency_code and followed.rate_date = rates.date_day
left join {{ ref('dim_exchange_rates_daily') }} as next_rates
    on followed.currency_code = next_rates.currency_code and followed.next_rate_date = next_rates.date_day
