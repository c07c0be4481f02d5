-- Grain: customer_id, customers who order without a contract: what each is expected to buy and to be worth within the
-- horizon from today. Empty where the models could not be fitted: `reason` says why. Expected value is what the customer
-- is still to bring, after its own cost at the margin of what it has bought so far.
with predictions as (
    select * from {{ ref('fct_purchase_predictions') }}
),

margins as (
    select
        customer_id,
        sum(net_amount_reporting) as bought,
        case
            when count(*) = count(gross_margin) then sum(cast(net_amount_reporting as decimal(20, 2)) * gross_margin)
        end as margin
    from {{ ref('fct_revenue_items') }}
    where net_amount > 0
    group by 1
),

expected as (
    select
        purchases.customer_id,
        purchases.first_purchased_on,
        purchases.last_purchased_on,
        purchases.repeat_purchase_count,
        purchases.average_repeat_amount,
        cast(predictions.expected_purchases as decimal(18, 6)) as expected_purchases,
        cast(predictions.probability_alive as decimal(18, 6)) as probability_alive,
        cast(predictions.expected_amount as decimal(18, 2)) as expected_amount,
        {{ divide('margins.margin', 'margins.bought', 6, 'decimal(26,8)', 'decimal(20,2)') }} as gross_margin,
        predictions.reason,
        -- Wider than 18 digits, because DuckDB keeps products of narrower decimals within 18 and overflows.
        cast(predictions.expected_purchases as decimal(19, 6)) as wide_purchases,
        cast(predictions.expected_amount as decimal(12, 2)) as wide_amount
    from {{ ref('fct_customer_purchases') }} as purchases
    inner join predictions on purchases.customer_id = predictions.customer_id
    left join margins on purchases.customer_id = margins.customer_id
)

select
    customer_id,
    {{ today() }} as as_of_date,
    cast({{ var('clv_horizon_days') }} as bigint) as horizon_days,
    first_purchased_on,
    last_purchased_on,
    repeat_purchase_count,
    average_repeat_amount,
    expected_purchases,
    probability_alive,
    expected_amount,
    cast(round(wide_purchases * wide_amount, 2) as decimal(18, 2)) as expected_revenue,
    gross_margin,
    cast(round(wide_purchases * wide_amount * cast(gross_margin as decimal(7, 6)), 2) as decimal(18, 2))
        as expected_value,
    '{{ var("reporting_currency") }}' as currency_code,
    reason
from expected
