-- Grain: invoice_id. Drafts and voided bills are here with is_revenue = false: they were never owed. An
-- uncollectible bill stays revenue; what will not be paid is a loss of cash, not of billing. A bill names its order
-- by the order system's own id, so the order is found only if exactly one order system has that id.
with invoices as (
    select * from {{ ref('invoices') }}
),

orders_by_vendor_id as (
    select source_record_id, min(order_id) as order_id
    from {{ ref('orders') }}
    group by 1
    having count(*) = 1
)

select
    invoices.invoice_id,
    invoices.source_instance,
    invoices.invoice_number,
    invoices.customer_id,
    customers.account_id,
    invoices.subscription_id,
    orders_by_vendor_id.order_id,
    invoices.status,
    coalesce(invoices.status, 'open') in ('open', 'paid', 'uncollectible') as is_revenue,
    invoices.issued_at,
    {{ month_at('invoices.issued_at') }} as month_date,
    invoices.due_date,
    invoices.paid_at,
    invoices.net_amount,
    invoices.tax_amount,
    invoices.currency_code,
    rates.rate as reporting_rate,
    {{ convert('invoices.net_amount', 'rates.rate') }} as net_amount_reporting
from invoices
left join orders_by_vendor_id on invoices.order_reference = orders_by_vendor_id.source_record_id
left join {{ ref('dim_customers') }} as customers on invoices.customer_id = customers.customer_id
left join {{ ref('dim_exchange_rates') }} as rates
    on
        invoices.currency_code = rates.currency_code
        and cast(extract(year from {{ day_of('invoices.issued_at') }}) as bigint) = rates.rate_year
