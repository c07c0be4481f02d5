-- Grain: one line of a finalised invoice. A line whose price Stripe no longer has is recurring if it bills a subscription.
with lines as (

    select * from {{ ref('stg_stripe__invoice_lines') }}

),

prices as (

    select * from {{ ref('stg_stripe__prices') }}

),

products as (

    select * from {{ ref('stg_stripe__products') }}

)

select
    lines.source_instance,
    lines.invoice_line_id as source_record_id,
    {{ record_id('lines.source_instance', 'lines.invoice_id') }} as invoice_id,
    {{ record_id('lines.source_instance', 'lines.product_id') }} as product_id,
    lines.subscription_item_id,
    coalesce(
        products.configured_revenue_type,
        prices.revenue_type,
        case when lines.subscription_item_id is not null then 'recurring' else 'one_off' end
    ) as revenue_type,
    lines.quantity,
    lines.net_amount,
    lines.discount_amount,
    lines.tax_amount,
    lines.service_start_at,
    lines.service_end_at,
    lines.is_proration
from lines
left join prices on lines.source_instance = prices.source_instance and lines.price_id = prices.price_id
left join products on lines.source_instance = products.source_instance and lines.product_id = products.product_id
