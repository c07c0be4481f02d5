-- Grain: one price, its amount in major units. How its revenue behaves: as the settings say of its product, else by
-- whether it recurs and is metered.
with prices as (

    select
        *,
        upper(currency) as currency_code
    from {{ raw('stripe', 'prices') }}

),

products as (

    select * from {{ ref('stg_stripe__products') }}

)

select
    prices.source_instance,
    prices.id as price_id,
    prices.product as product_id,
    prices.currency_code,
    prices.interval as billing_interval,
    prices.interval_count as billing_interval_count,
    prices.active and not prices._is_deleted as is_active,
    prices.created as created_at,
    cast(prices.unit_amount_decimal as decimal(27, 9)) * coalesce(units.minor_unit, 0.01) as unit_amount,
    coalesce(units.minor_unit, 0.01) as minor_unit,
    case
        when products.configured_revenue_type is not null then products.configured_revenue_type
        when prices.usage_type = 'metered' then 'usage'
        when prices.interval is not null then 'recurring'
        else 'one_off'
    end as revenue_type
from prices
left join products on prices.source_instance = products.source_instance and prices.product = products.product_id
left join {{ ref('stg_stripe__minor_units') }} as units on prices.currency_code = units.currency_code
