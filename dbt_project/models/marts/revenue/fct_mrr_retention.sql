-- Grain: customer_id × month_date × window_months (1 and 12), customers with recurring revenue when the window opened,
-- and those who came back within it. The opening is valued at the rate of the window's end, so that exchange rates
-- retain or lose nothing. What a customer pays after a return within the window is `reactivated`, whether or not it was
-- there at the opening. One whose opening no rate values counts as a customer, and empties the sums.
{% set window_rates = "'constant'" if var('mrr_exchange_rate') == 'constant' else "'spot'" -%}
with movements as (
    select
        *,
        max(case when movement in ('new', 'reactivation') and is_paying then month_date end) over (
            partition by customer_id order by month_date rows unbounded preceding
        ) as last_start_month,
        max(case when movement = 'reactivation' and is_paying then month_date end) over (
            partition by customer_id order by month_date rows unbounded preceding
        ) as last_reactivation_month
    from {{ ref('fct_mrr_movements') }}
),

year_ago as (
    select
        mrr.customer_id,
        months.month_date,
        {{ sum_known('case when mrr.mrr = 0 then 0 else ' ~ convert('mrr.mrr', 'rates.rate') ~ ' end') }} as opening
    from {{ ref('fct_mrr_monthly') }} as mrr
    inner join {{ ref('dim_months') }} as months
        on cast(mrr.month_date + interval '12' month as date) = months.month_date
    left join {{ ref('dim_exchange_rates_daily') }} as rates
        on
            mrr.currency_code = rates.currency_code
            and rates.date_day
            = {{ mrr_rate_date(window_rates, 'months.month_date', 'months.snapshot_end_at', 'null') }}
    group by 1, 2
),

windows as (
    select
        customer_id,
        month_date,
        is_complete,
        cast(1 as bigint) as window_months,
        was_paying,
        is_paying,
        opening + fx as opening,
        closing,
        last_start_month = month_date as has_returned,
        last_reactivation_month = last_start_month and last_start_month = month_date as is_reactivation
    from movements

    union all

    select
        movements.customer_id,
        movements.month_date,
        movements.is_complete,
        cast(12 as bigint) as window_months,
        coalesce(before.is_paying, false) as was_paying,
        movements.is_paying,
        case when year_ago.customer_id is null then 0 else year_ago.opening end as opening,
        movements.closing,
        movements.last_start_month > cast(movements.month_date - interval '12' month as date) as has_returned,
        movements.last_reactivation_month = movements.last_start_month
        and movements.last_start_month > cast(movements.month_date - interval '12' month as date) as is_reactivation
    from movements
    left join movements as before
        on
            movements.customer_id = before.customer_id
            and movements.month_date = cast(before.month_date + interval '12' month as date)
    left join year_ago
        on movements.customer_id = year_ago.customer_id and movements.month_date = year_ago.month_date
),

flagged as (
    select
        customer_id,
        month_date,
        is_complete,
        window_months,
        was_paying,
        is_paying,
        opening,
        closing,
        was_paying and not coalesce(has_returned, false) as has_stayed,
        coalesce(is_reactivation, false) as is_reactivation
    from windows
)

select
    customer_id,
    month_date,
    is_complete,
    window_months,
    was_paying as is_in_opening_cohort,
    has_stayed and is_paying as is_retained,
    cast(case when was_paying then opening else 0 end as decimal(18, 2)) as opening,
    cast(case when has_stayed then closing else 0 end as decimal(18, 2)) as closing,
    cast(
        case
            when not has_stayed or not is_paying then 0
            when opening <= closing then opening
            when closing < opening then closing
        end as decimal(18, 2)
    ) as retained,
    cast(case when is_reactivation then closing else 0 end as decimal(18, 2)) as reactivated
from flagged
where was_paying or is_reactivation
