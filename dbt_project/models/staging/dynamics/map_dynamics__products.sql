-- Grain: one product. Dynamics does not say what recurs: without a configured column services are services and all
-- else is sold once.
with

products as (
    select * from {{ ref('stg_dynamics__products') }}
),

currencies as (
    select * from {{ ref('stg_dynamics__currencies') }}
)

select
    products.source_instance,
    products.product_id as source_record_id,
    products.name,
    products.family,
    case
        when products.revenue_type in ('recurring', 'one_off', 'services', 'usage') then products.revenue_type
        when products.product_type_code = 3 then 'services'
        else 'one_off'
    end as revenue_type,
    products.list_price,
    case when products.list_price is not null then currencies.currency_code end as currency_code,
    products.is_deleted
from products
left join currencies
    on products.source_instance = currencies.source_instance and products.currency_id = currencies.currency_id
