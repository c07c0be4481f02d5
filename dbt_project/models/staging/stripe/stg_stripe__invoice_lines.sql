-- Grain: one line of a finalised invoice, amounts in major units. `amount` is before discount; a tax inside the price
-- is taken out of `net_amount`.
with lines as (

    select
        *,
        coalesce(list_sum(list_transform(
            cast(discount_amounts as json[]), lambda d: cast(json_extract(d, '$.amount') as bigint)
        )), 0) as discount_total,
        coalesce(list_sum(list_transform(
            cast(taxes as json[]), lambda t: cast(json_extract(t, '$.amount') as bigint)
        )), 0) as tax_total,
        coalesce(list_sum(list_transform(
            cast(taxes as json[]),
            lambda t: case
                when json_extract_string(t, '$.tax_behavior') = 'inclusive'
                    then cast(json_extract(t, '$.amount') as bigint)
                else 0
            end
        )), 0) as inclusive_tax_total
    from {{ raw('stripe', 'invoice_lines') }}

),

invoices as (

    select * from {{ ref('stg_stripe__invoices') }}

)

select
    lines.source_instance,
    lines.id as invoice_line_id,
    lines.invoice as invoice_id,
    lines.product as product_id,
    lines.price as price_id,
    lines.subscription as subscription_id,
    lines.subscription_item as subscription_item_id,
    lines.quantity,
    lines.period_start as service_start_at,
    lines.period_end as service_end_at,
    coalesce(lines.proration, false) or coalesce(lines.invoice_item_proration, false) as is_proration,
    lines.amount < 0 or lines.credited_items is not null as is_credit,
    lines.discount_amounts,
    lines.discounts,
    cast(lines.unit_amount_decimal as decimal(27, 9)) * invoices.minor_unit as unit_amount,
    cast(lines.amount as decimal(18, 0)) * invoices.minor_unit as amount,
    cast(lines.discount_total as decimal(18, 0)) * invoices.minor_unit as discount_amount,
    cast(lines.tax_total as decimal(18, 0)) * invoices.minor_unit as tax_amount,
    cast(lines.amount - lines.discount_total - lines.inclusive_tax_total as decimal(18, 0))
    * invoices.minor_unit as net_amount
from lines
inner join invoices on lines.source_instance = invoices.source_instance and lines.invoice = invoices.invoice_id
