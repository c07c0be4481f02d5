-- Grain: one line of an order. Where prices include tax it is taken out of the unit price, so that quantity × unit price
-- less discount is the line without tax in either case.
select
    source_instance,
    order_line_id as source_record_id,
    {{ record_id('source_instance', 'order_id') }} as order_id,
    {{ record_id('source_instance', 'product_id') }} as product_id,
    quantity,
    case
        when is_tax_included then {{ divide('(gross_amount - tax_amount)', 'quantity') }}
        else unit_price
    end as unit_amount,
    discount_amount,
    tax_amount,
    gross_amount - discount_amount - case when is_tax_included then tax_amount else 0 end as net_amount
from {{ ref('stg_shopify__order_lines') }}
