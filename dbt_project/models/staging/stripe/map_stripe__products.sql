-- Grain: one product. It is recurring when any of its prices is; it has a list price only when it has a single one.
with products as (

    select * from {{ ref('stg_stripe__products') }}

),

prices as (

    select
        source_instance,
        product_id,
        bool_or(revenue_type = 'recurring') as is_recurring,
        bool_or(revenue_type = 'usage') as is_usage,
        count(*) filter (where is_active) as active_prices,
        any_value(unit_amount) filter (where is_active) as unit_amount,
        any_value(currency_code) filter (where is_active) as currency_code
    from {{ ref('stg_stripe__prices') }}
    group by all

)

select
    products.source_instance,
    products.product_id as source_record_id,
    products.name,
    products.family,
    case
        when products.configured_revenue_type is not null then products.configured_revenue_type
        when prices.is_recurring then 'recurring'
        when prices.is_usage then 'usage'
        else 'one_off'
    end as revenue_type,
    case when prices.active_prices = 1 then prices.unit_amount end as list_price,
    case when prices.active_prices = 1 then prices.currency_code end as currency_code,
    products.is_deleted
from products
left join prices on products.source_instance = prices.source_instance and products.product_id = prices.product_id
