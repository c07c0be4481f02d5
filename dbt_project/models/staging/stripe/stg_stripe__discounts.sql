-- Grain: one discount on one subscription, or on one of its items (`subscription_item_id` set), with when it was in
-- force. A discount without an end that later bills lack was removed: it ended with the first period billed without it.
with invoices as (

    select * from {{ ref('stg_stripe__invoices') }}

),

attached as (

    select
        source_instance,
        subscription_id,
        cast(null as varchar) as subscription_item_id,
        unnest(cast(discounts as json[])) as discount,
        null as billed_at,
        true as is_attached
    from {{ ref('stg_stripe__subscriptions') }}
    union all
    select
        source_instance,
        subscription_id,
        subscription_item_id,
        unnest(cast(discounts as json[])) as discount,
        null as billed_at,
        true as is_attached
    from {{ ref('stg_stripe__subscription_items') }}
    union all
    select
        source_instance,
        subscription_id,
        cast(null as varchar) as subscription_item_id,
        unnest(cast(discounts as json[])) as discount,
        created_at as billed_at,
        false as is_attached
    from invoices
    where subscription_id is not null
    union all
    select
        lines.source_instance,
        lines.subscription_id,
        lines.subscription_item_id,
        unnest(cast(lines.discounts as json[])) as discount,
        invoices.created_at as billed_at,
        false as is_attached
    from {{ ref('stg_stripe__invoice_lines') }} as lines
    inner join invoices on lines.source_instance = invoices.source_instance and lines.invoice_id = invoices.invoice_id
    where lines.subscription_item_id is not null

),

discounts as (

    select
        source_instance,
        subscription_id,
        subscription_item_id,
        coalesce(discount ->> '$.id', discount ->> '$') as discount_id,
        max(coalesce(
            discount ->> '$.source.coupon.id', discount ->> '$.source.coupon', discount ->> '$.coupon.id'
        )) as coupon_id,
        max(cast(coalesce(
            discount ->> '$.source.coupon.percent_off', discount ->> '$.coupon.percent_off'
        ) as decimal(9, 6))) as percent_off,
        max(coalesce(discount ->> '$.source.coupon.duration', discount ->> '$.coupon.duration')) as duration,
        max(make_timestamp(cast(discount ->> '$.start' as bigint) * 1000000)) as starts_at,
        max(make_timestamp(cast(discount ->> '$.end' as bigint) * 1000000)) as ends_at,
        max(billed_at) as last_billed_at,
        bool_or(is_attached) as is_attached
    from attached
    group by all

),

first_bill_without as (

    select
        discounts.source_instance,
        discounts.subscription_id,
        discounts.subscription_item_id,
        discounts.discount_id,
        min(invoices.created_at) as billed_at
    from discounts
    inner join invoices
        on
            discounts.source_instance = invoices.source_instance
            and discounts.subscription_id = invoices.subscription_id
            and discounts.last_billed_at < invoices.created_at
    where invoices.billing_reason = 'subscription_cycle' and not discounts.is_attached
    group by all

)

select
    discounts.source_instance,
    discounts.subscription_id,
    discounts.subscription_item_id,
    discounts.discount_id,
    coalesce(discounts.percent_off, cast(coupons.percent_off as decimal(9, 6))) as percent_off,
    coalesce(discounts.duration, coupons.duration) as duration,
    discounts.starts_at,
    coalesce(discounts.ends_at, first_bill_without.billed_at) as ends_at
from discounts
left join {{ raw('stripe', 'coupons') }} as coupons
    on discounts.source_instance = coupons.source_instance and discounts.coupon_id = coupons.id
left join first_bill_without
    on
        discounts.source_instance = first_bill_without.source_instance
        and discounts.subscription_id = first_bill_without.subscription_id
        and discounts.discount_id = first_bill_without.discount_id
        and discounts.subscription_item_id is not distinct from first_bill_without.subscription_item_id
