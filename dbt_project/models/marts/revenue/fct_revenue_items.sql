-- Grain: item_type × record_id: revenue as it is earned: the lines of bills over their service periods, and orders,
-- credit notes, refunds and lines without a period on their day. What a bill's lines do not add up to is an item of its
-- own. A bill is converted as a whole: each line gets the difference of the running total, so that no cent is lost.
with events as (
    select * from {{ ref('fct_revenue_events') }}
),

products as (
    select * from {{ ref('products') }}
),

lines as (
    select
        events.customer_id,
        events.booked_at,
        events.currency_code,
        events.reporting_rate,
        lines.invoice_id,
        lines.invoice_line_id,
        lines.product_id,
        lines.revenue_type,
        lines.net_amount,
        coalesce(lines.service_start_at, events.booked_at) as service_start_at,
        lines.service_end_at,
        sum(lines.net_amount) over (
            partition by lines.invoice_id order by lines.invoice_line_id rows unbounded preceding
        ) as net_amount_so_far
    from {{ ref('invoice_lines') }} as lines
    inner join events on lines.invoice_id = events.record_id and events.event_type = 'invoice'
),

line_totals as (
    select invoice_id, sum(net_amount) as net_amount
    from lines
    group by 1
),

order_families as (
    select
        order_lines.order_id,
        case
            when min(products.family) = max(products.family) and count(*) = count(products.family)
                then min(products.family)
        end as product_family
    from {{ ref('order_lines') }} as order_lines
    left join products on order_lines.product_id = products.product_id
    group by 1
),

items as (
    select
        'invoice_line' as item_type,
        lines.invoice_line_id as record_id,
        lines.customer_id,
        lines.product_id,
        products.family as product_family,
        lines.revenue_type,
        lines.booked_at,
        {{ day_of('lines.service_start_at') }} as starts_on,
        greatest(
            coalesce({{ days_between(day_of('lines.service_start_at'), day_of('lines.service_end_at')) }}, 1), 1
        ) as service_days,
        lines.net_amount,
        lines.currency_code,
        lines.reporting_rate,
        {{ convert('lines.net_amount_so_far', 'lines.reporting_rate') }}
        - {{ convert('(lines.net_amount_so_far - lines.net_amount)', 'lines.reporting_rate') }} as net_amount_reporting
    from lines
    left join products on lines.product_id = products.product_id

    union all

    select
        case when events.event_type = 'invoice' then 'invoice_rest' else events.event_type end,
        events.record_id,
        events.customer_id,
        cast(null as {{ dbt.type_string() }}),
        order_families.product_family,
        cast(null as {{ dbt.type_string() }}),
        events.booked_at,
        {{ day_of('events.booked_at') }},
        1,
        events.net_amount - coalesce(line_totals.net_amount, 0),
        events.currency_code,
        events.reporting_rate,
        events.net_amount_reporting
        - {{ convert('coalesce(line_totals.net_amount, 0)', 'events.reporting_rate') }}
    from events
    left join line_totals on events.event_type = 'invoice' and events.record_id = line_totals.invoice_id
    left join order_families on events.event_type = 'order' and events.record_id = order_families.order_id
    where
        events.event_type <> 'invoice'
        or line_totals.invoice_id is null
        or events.net_amount <> line_totals.net_amount
)

select
    item_type,
    record_id,
    customer_id,
    product_id,
    coalesce(product_family, 'unknown') as product_family,
    revenue_type,
    booked_at,
    {{ month_at('booked_at') }} as month_date,
    starts_on,
    cast(service_days as bigint) as service_days,
    cast(net_amount as decimal(18, 2)) as net_amount,
    currency_code,
    reporting_rate,
    cast(net_amount_reporting as decimal(18, 2)) as net_amount_reporting,
    {{ gross_margin('product_family') }} as gross_margin
from items
