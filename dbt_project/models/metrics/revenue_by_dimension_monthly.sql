-- Grain: month_date × dimension × dimension_value: revenue as booked and as earned, split by what is known of the
-- customer, and by product family. Each dimension adds up to revenue_monthly and recognised_revenue_monthly.
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
)

select
    dimensioned.month_date,
    months.is_complete,
    dimensioned.dimension,
    dimensioned.dimension_value,
    {{ sum_known('dimensioned.revenue') }} as revenue,
    {{ sum_known('dimensioned.recognised_revenue') }} as recognised_revenue,
    '{{ var("reporting_currency") }}' as currency_code
from dimensioned
inner join {{ ref('dim_months') }} as months on dimensioned.month_date = months.month_date
group by 1, 2, 3, 4
