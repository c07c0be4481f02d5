-- Grain: month_date × dimension × dimension_value: revenue as booked and as earned, split by what is known of the
-- customer, and by product family. Each dimension adds up to revenue_monthly and recognised_revenue_monthly. Every value
-- has every month since the company's first, so that one which brings nothing any more shows as a fall.
with amounts as (
    select
        customer_id,
        product_family,
        month_date,
        net_amount_reporting as revenue,
        cast(0 as decimal(18, 2)) as recognised_revenue
    from {{ ref('fct_revenue_items') }}

    union all

    select
        customer_id,
        product_family,
        month_date,
        cast(0 as decimal(18, 2)) as revenue,
        recognised_amount_reporting as recognised_revenue
    from {{ ref('fct_recognised_revenue') }}
),

dimensioned as (
    {{ by_customer_dimension('amounts', customer_dimensions()) }}

    union all

    select amounts.*, 'product_family' as dimension, product_family as dimension_value
    from amounts
),

totals as (
    select
        month_date,
        dimension,
        dimension_value,
        {{ sum_known('revenue') }} as revenue,
        {{ sum_known('recognised_revenue') }} as recognised_revenue
    from dimensioned
    group by 1, 2, 3
),

parts as (
    select
        dimension,
        dimension_value,
        min(min(month_date)) over () as first_month_date
    from totals
    group by 1, 2
),

spread as (
    select
        months.month_date,
        months.is_complete,
        parts.dimension,
        parts.dimension_value,
        case when totals.month_date is null then 0 else totals.revenue end as revenue,
        case when totals.month_date is null then 0 else totals.recognised_revenue end as recognised_revenue
    from parts
    inner join {{ ref('dim_months') }} as months on parts.first_month_date <= months.month_date
    left join totals
        on
            months.month_date = totals.month_date
            and parts.dimension = totals.dimension
            and parts.dimension_value = totals.dimension_value
),

compared as (
    select
        *,
        case when is_complete then lag(revenue, 1) over by_month end as previous_month_revenue,
        case when is_complete then lag(revenue, 12) over by_month end as previous_year_revenue
    from spread
    window by_month as (partition by dimension, dimension_value order by month_date)
)

select
    month_date,
    is_complete,
    dimension,
    dimension_value,
    cast(revenue as decimal(18, 2)) as revenue,
    cast(recognised_revenue as decimal(18, 2)) as recognised_revenue,
    cast(previous_month_revenue as decimal(18, 2)) as previous_month_revenue,
    cast(previous_year_revenue as decimal(18, 2)) as previous_year_revenue,
    '{{ var("reporting_currency") }}' as currency_code,
    {{ ratio('(revenue - previous_month_revenue)', 'previous_month_revenue') }} as month_over_month_growth,
    {{ ratio('(revenue - previous_year_revenue)', 'previous_year_revenue') }} as year_over_year_growth
from compared
