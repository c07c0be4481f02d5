-- Grain: one item from one instant at which its price or quantity was billed, or from which it is known without a bill.
-- `ends_at` is where that stretch gives way to the next one, to the item's removal or to the end of the subscription.
with subscriptions as (

    select * from {{ ref('stg_stripe__subscriptions') }}
    -- These never began: the first bill was not paid.
    where stripe_status not in ('incomplete', 'incomplete_expired')

),

items as (

    select * from {{ ref('stg_stripe__subscription_items') }}

),

billed as (

    select * from {{ ref('stg_stripe__item_bills') }}

),

charges as (

    select
        source_instance,
        subscription_id,
        subscription_item_id,
        service_start_at as starts_at,
        service_end_at,
        price_id,
        quantity,
        case when not is_proration and quantity <> 0 then amount / quantity end as unit_amount_billed,
        is_paused,
        false as is_removal
    from billed
    where not is_credit and coalesce(quantity, 1) <> 0
    -- A voided bill that was made again says less than its successor.
    qualify row_number() over (
        partition by source_instance, subscription_item_id, service_start_at
        order by is_void asc, created_at desc, invoice_line_id desc
    ) = 1

),

removals as (

    select distinct
        billed.source_instance,
        billed.subscription_id,
        billed.subscription_item_id,
        billed.service_start_at as starts_at,
        true as is_removal
    from billed
    anti join charges
        on
            billed.source_instance = charges.source_instance
            and billed.subscription_item_id = charges.subscription_item_id
            and billed.service_start_at = charges.starts_at
    where billed.is_credit or billed.quantity = 0

),

unbilled as (

    select
        items.source_instance,
        items.subscription_id,
        items.subscription_item_id,
        greatest(items.current_period_starts_at, items.created_at) as starts_at,
        items.price_id,
        items.quantity,
        subscriptions.is_pausing as is_paused,
        false as is_removal
    from items
    inner join subscriptions
        on
            items.source_instance = subscriptions.source_instance
            and items.subscription_id = subscriptions.subscription_id
    anti join billed
        on
            items.source_instance = billed.source_instance
            and items.subscription_item_id = billed.subscription_item_id
            and items.current_period_starts_at <= billed.service_start_at
    where items.is_current and subscriptions.ended_at is null

),

stretches as (

    select
        *,
        lead(starts_at) over (
            partition by source_instance, subscription_item_id
            order by starts_at
        ) as next_starts_at
    from (
        select * from charges
        union all by name
        select * from removals
        union all by name
        select * from unbilled
    ) as starts

)

select
    stretches.source_instance,
    stretches.subscription_id,
    stretches.subscription_item_id,
    stretches.price_id,
    stretches.quantity,
    stretches.unit_amount_billed,
    stretches.is_paused,
    stretches.starts_at,
    least(
        subscriptions.ended_at,
        coalesce(
            stretches.next_starts_at,
            case when not coalesce(items.is_current, false) then stretches.service_end_at end
        )
    ) as ends_at
from stretches
inner join subscriptions
    on
        stretches.source_instance = subscriptions.source_instance
        and stretches.subscription_id = subscriptions.subscription_id
left join items
    on
        stretches.source_instance = items.source_instance
        and stretches.subscription_item_id = items.subscription_item_id
where not stretches.is_removal
