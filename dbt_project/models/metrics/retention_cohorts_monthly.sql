-- Grain: cohort_month_date × dimension × dimension_value × month_date: the retention triangle, of customers by the month
-- of their first recurring revenue, whole and by segment and acquisition channel. Customers who leave and return count
-- again while they pay. MRR is as reported; `fx_mrr` is how much of it exchange rates have added since the start.
with movements as (
    select
        customer_id,
        month_date,
        is_complete,
        is_paying,
        closing,
        min(month_date) over (partition by customer_id) as cohort_month_date,
        sum(fx) over (partition by customer_id order by month_date rows unbounded preceding) as fx,
        case when month_date = min(month_date) over (partition by customer_id) then new else 0 end as first_mrr
    from {{ ref('fct_mrr_movements') }}
),

dimensioned as (
    {{ by_customer_dimension('movements', ['segment', 'acquisition_channel'], total=true) }}
),

cells as (
    select
        cohort_month_date,
        dimension,
        dimension_value,
        month_date,
        is_complete,
        count(*) as cohort_customer_count,
        sum(case when is_paying then 1 else 0 end) as customer_count,
        {{ sum_known('first_mrr') }} as first_mrr,
        {{ sum_known('closing') }} as mrr,
        {{ sum_known('fx') }} as fx_mrr
    from dimensioned
    group by 1, 2, 3, 4, 5
),

with_base as (
    select
        *,
        first_value(first_mrr) over (
            partition by cohort_month_date, dimension, dimension_value order by month_date
        ) as cohort_mrr
    from cells
)

select
    cohort_month_date,
    dimension,
    dimension_value,
    month_date,
    is_complete,
    {{ months_between('cohort_month_date', 'month_date') }} as months_since_start,
    cohort_customer_count,
    cast(customer_count as bigint) as customer_count,
    cohort_mrr,
    mrr,
    fx_mrr,
    '{{ var("reporting_currency") }}' as currency_code,
    {{ ratio('customer_count', 'cohort_customer_count') }} as logo_retention,
    {{ ratio('mrr', 'cohort_mrr') }} as revenue_retention
from with_base
