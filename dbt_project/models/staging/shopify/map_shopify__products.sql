-- Grain: one product; it has a list price only when all its living variants have the same one.
with variants as (

    select
        source_instance,
        product_id,
        case when count(distinct price) = 1 then max(price) end as list_price
    from {{ raw('shopify', 'product_variants') }}
    where not _is_deleted
    group by all

),

shops as (

    select
        source_instance,
        upper(currency) as currency_code
    from {{ raw('shopify', 'shop') }}

)

select
    products.source_instance,
    split_part(products.id, '/', 5) as source_record_id,
    products.title as name,
    nullif(trim(products.product_type), '') as family,
    'one_off' as revenue_type,
    variants.list_price,
    case when variants.list_price is not null then shops.currency_code end as currency_code,
    products._is_deleted or coalesce(products.status = 'ARCHIVED', false) as is_deleted
from {{ raw('shopify', 'products') }} as products
left join variants on products.source_instance = variants.source_instance and products.id = variants.product_id
left join shops on products.source_instance = shops.source_instance
