-- Grain: one item. It is current while its subscription still lists it, ended subscriptions included.
with items as (

    select * from {{ raw('stripe', 'subscription_items') }}

),

listed as (

    select
        source_instance,
        json_extract_string(unnest(cast(items as json[])), '$.id') as id
    from {{ raw('stripe', 'subscriptions') }}

)

select
    items.source_instance,
    items.id as subscription_item_id,
    items.subscription as subscription_id,
    items.price as price_id,
    items.quantity,
    items.created as created_at,
    items.current_period_start as current_period_starts_at,
    items.discounts,
    listed.id is not null as is_current
from items
left join listed on items.source_instance = listed.source_instance and items.id = listed.id
