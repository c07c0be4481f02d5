-- Grain: event_type × record_id: everything that adds to or takes from revenue, net of tax, on the day it happened.
-- A refund counts only beyond the credit notes of the same bill: refunding what was credited is one loss, not two.
-- Its tax share is that of the bill or order. An order counts unless it was billed by an invoice, cancelled or
-- deleted. `booked_at` decides month and exchange rate: under the policy `original_month` what is taken back counts where
-- it was earned.
with invoices as (
    select * from {{ ref('fct_invoices') }} where is_revenue
),

orders as (
    select * from {{ ref('orders') }} where not is_deleted and coalesce(status, 'placed') <> 'cancelled'
),

credited as (
    select invoice_id, sum(net_amount) as credited_amount
    from {{ ref('credit_notes') }}
    where invoice_id is not null
    group by 1
),

refunds as (
    select
        refunds.*,
        coalesce(invoices.net_amount, orders.net_amount) as bill_net_amount,
        coalesce(invoices.issued_at, orders.ordered_at) as billed_at,
        coalesce(invoices.net_amount, orders.net_amount)
        + coalesce(invoices.tax_amount, orders.tax_amount, 0) as bill_amount,
        coalesce(credited.credited_amount, 0) as credited_amount
    from {{ ref('refunds') }} as refunds
    left join invoices on refunds.invoice_id = invoices.invoice_id
    left join orders on refunds.order_id = orders.order_id
    left join credited on refunds.invoice_id = credited.invoice_id
    where invoices.invoice_id is not null or orders.order_id is not null
),

net_refunds as (
    select
        *,
        -- 19 digits, not 18: of two decimals up to 18 DuckDB makes one of 18, which the square of a large bill exceeds.
        cast(amount as decimal(19, 2)) * cast(bill_net_amount as decimal(19, 2)) as weighted_amount
    from refunds
),

shared_refunds as (
    select
        *,
        coalesce({{ divide('weighted_amount', 'bill_amount', 2, 'decimal(32,4)', 'decimal(19,2)') }}, amount)
            as net_amount
    from net_refunds
),

running_refunds as (
    select
        *,
        sum(net_amount) over (
            partition by coalesce(invoice_id, refund_id) order by refunded_at, refund_id rows unbounded preceding
        ) as refunded_so_far
    from shared_refunds
),

events as (
    select
        'invoice' as event_type,
        invoice_id as record_id,
        customer_id,
        issued_at as occurred_at,
        issued_at as billed_at,
        net_amount,
        currency_code
    from invoices

    union all

    select
        'credit_note',
        credit_notes.credit_note_id,
        credit_notes.customer_id,
        credit_notes.issued_at,
        coalesce(invoices.issued_at, credit_notes.issued_at),
        -credit_notes.net_amount,
        credit_notes.currency_code
    from {{ ref('credit_notes') }} as credit_notes
    left join invoices on credit_notes.invoice_id = invoices.invoice_id

    union all

    select
        'order',
        orders.order_id,
        orders.customer_id,
        orders.ordered_at,
        orders.ordered_at,
        orders.net_amount,
        orders.currency_code
    from orders
    left join (select distinct order_id from invoices) as billed on orders.order_id = billed.order_id
    where billed.order_id is null

    union all

    select
        'refund',
        refund_id,
        customer_id,
        refunded_at,
        billed_at,
        -(greatest(refunded_so_far - credited_amount, 0) - greatest(refunded_so_far - net_amount - credited_amount, 0)),
        currency_code
    from running_refunds
),

booked as (
    select *, {{ 'billed_at' if var('revenue_refunds') == 'original_month' else 'occurred_at' }} as booked_at
    from events
)

select
    booked.event_type,
    booked.record_id,
    booked.customer_id,
    customers.account_id,
    booked.occurred_at,
    booked.booked_at,
    {{ month_at('booked.booked_at') }} as month_date,
    cast(booked.net_amount as decimal(18, 2)) as net_amount,
    booked.currency_code,
    rates.rate as reporting_rate,
    {{ convert('booked.net_amount', 'rates.rate') }} as net_amount_reporting
from booked
left join {{ ref('dim_customers') }} as customers on booked.customer_id = customers.customer_id
left join {{ ref('dim_exchange_rates') }} as rates
    on
        booked.currency_code = rates.currency_code
        and cast(extract(year from {{ day_of('booked.booked_at') }}) as bigint) = rates.rate_year
