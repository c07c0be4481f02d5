-- Grain: one product, with the revenue type that the settings give its name or family; NULL where they say nothing.
with products as (

    select * from {{ raw('stripe', 'products') }}

),

rules as (

    select * from {{ raw('stripe', 'revenue_type_rules') }}

)

select
    products.source_instance,
    products.id as product_id,
    any_value(products.name) as name,
    any_value(products.metadata_family) as family,
    any_value(products.created) as created_at,
    any_value(not products.active or products._is_deleted) as is_deleted,
    max(rules.revenue_type) as configured_revenue_type
from products
left join rules
    on
        products.source_instance = rules.source_instance
        and (
            (rules.attribute = 'name' and rules.value = lower(trim(products.name)))
            or (rules.attribute = 'family' and rules.value = lower(trim(products.metadata_family)))
        )
group by products.source_instance, products.id
