-- Grain: one discount on one item over one stretch of time, in percent. A coupon in percent holds from the discount's
-- start to its end; one that counts once, or takes off an amount, holds for the periods of the lines it was taken from.
with discounts as (

    select * from {{ ref('stg_stripe__discounts') }}

),

taken as (

    select
        lines.source_instance,
        lines.invoice_id,
        lines.subscription_item_id,
        lines.service_start_at,
        lines.service_end_at,
        lines.amount,
        lines.minor_unit,
        lines.discount ->> '$.discount' as discount_id,
        cast(lines.discount ->> '$.amount' as bigint) as discount_amount
    from (
        select
            lines.source_instance,
            lines.invoice_id,
            lines.subscription_item_id,
            lines.service_start_at,
            lines.service_end_at,
            lines.amount,
            invoices.minor_unit,
            unnest(cast(lines.discount_amounts as json[])) as discount
        from {{ ref('stg_stripe__invoice_lines') }} as lines
        inner join {{ ref('stg_stripe__invoices') }} as invoices
            on lines.source_instance = invoices.source_instance and lines.invoice_id = invoices.invoice_id
        where lines.subscription_item_id is not null and not lines.is_credit
    ) as lines

),

discounted_bills as (

    select distinct
        source_instance,
        invoice_id,
        discount_id
    from taken

),

spared as (

    -- The coupon was on the bill but took nothing from this item: it applies to other products.
    select distinct
        lines.source_instance,
        lines.subscription_item_id,
        bills.discount_id
    from {{ ref('stg_stripe__invoice_lines') }} as lines
    inner join discounted_bills as bills
        on lines.source_instance = bills.source_instance and lines.invoice_id = bills.invoice_id
    anti join taken
        on
            lines.source_instance = taken.source_instance
            and lines.subscription_item_id = taken.subscription_item_id
            and bills.discount_id = taken.discount_id
    where lines.subscription_item_id is not null and lines.amount > 0 and not lines.is_proration

),

lasting as (

    select
        items.source_instance,
        items.subscription_item_id,
        discounts.discount_id,
        discounts.starts_at,
        discounts.ends_at,
        discounts.percent_off,
        coalesce(discounts.duration, '') = 'forever' as is_permanent
    from discounts
    inner join (
        -- Removed items are known from their bills only.
        select distinct source_instance, subscription_id, subscription_item_id from {{ ref('stg_stripe__item_prices') }}
    ) as items
        on
            discounts.source_instance = items.source_instance
            and discounts.subscription_id = items.subscription_id
            and coalesce(discounts.subscription_item_id, items.subscription_item_id) = items.subscription_item_id
    anti join spared
        on
            items.source_instance = spared.source_instance
            and items.subscription_item_id = spared.subscription_item_id
            and discounts.discount_id = spared.discount_id
    where discounts.percent_off is not null and coalesce(discounts.duration, '') <> 'once'

),

by_line as (

    select
        taken.source_instance,
        taken.subscription_item_id,
        taken.discount_id,
        taken.service_start_at as starts_at,
        taken.service_end_at as ends_at,
        coalesce(
            max(discounts.percent_off),
            cast(round(100 * max(taken.discount_amount * taken.minor_unit) / max(taken.amount), 6) as decimal(9, 6))
        ) as percent_off,
        coalesce(max(discounts.duration), '') = 'forever' as is_permanent
    from taken
    left join discounts
        on taken.source_instance = discounts.source_instance and taken.discount_id = discounts.discount_id
    where
        taken.amount > 0
        and (discounts.percent_off is null or discounts.duration = 'once')
    group by all

)

select distinct * from lasting
union all by name
select * from by_line
