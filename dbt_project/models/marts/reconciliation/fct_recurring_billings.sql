-- Grain: subscription_item_id × month_date, items with recurring revenue at the end of a complete month: the bill
-- that covers that instant. Amounts are compared where one whole billing period was billed; a change within a period
-- is billed in pieces, of which only the presence can be checked. A trial or pause earns nothing and owes no bill.
with items as (
    select items.*, months.snapshot_end_at
    from {{ ref('fct_mrr_items_monthly') }} as items
    inner join {{ ref('dim_months') }} as months on items.month_date = months.month_date
    where months.is_complete
),

lines as (
    select
        lines.subscription_item_id,
        lines.invoice_id,
        lines.service_start_at,
        lines.service_end_at,
        lines.net_amount,
        lines.is_proration,
        invoices.issued_at,
        invoices.currency_code
    from {{ ref('invoice_lines') }} as lines
    inner join {{ ref('fct_invoices') }} as invoices on lines.invoice_id = invoices.invoice_id
    where invoices.is_revenue and lines.subscription_item_id is not null
),

covered as (
    select
        items.subscription_item_id,
        items.month_date,
        min(lines.invoice_id) as invoice_id,
        min(lines.issued_at) as issued_at,
        min(lines.service_start_at) as service_start_at,
        sum(lines.net_amount) as amount,
        case when min(lines.currency_code) = max(lines.currency_code) then min(lines.currency_code) end
            as currency_code,
        sum(case when lines.is_proration then 0 else 1 end) as whole_period_count,
        max(case when lines.is_proration then 1 else 0 end) as has_proration
    from items
    inner join lines
        on
            items.subscription_item_id = lines.subscription_item_id
            and lines.service_start_at < items.snapshot_end_at
            and lines.service_end_at >= items.snapshot_end_at
    group by 1, 2
),

normalised as (
    select
        items.*,
        covered.invoice_id,
        covered.issued_at,
        covered.service_start_at,
        covered.currency_code as invoice_currency_code,
        coalesce(covered.whole_period_count, 0) as invoice_count,
        coalesce(covered.has_proration, 0) = 1 as is_billed_in_pieces,
        cast(covered.amount as decimal(18, 2))
        * case items.billing_interval when 'week' then 52 when 'day' then 365 else 1 end as base_amount,
        items.billing_interval_count * case items.billing_interval when 'month' then 1 else 12 end as base_months
    from items
    left join covered
        on items.subscription_item_id = covered.subscription_item_id and items.month_date = covered.month_date
)

select
    normalised.subscription_item_id,
    normalised.month_date,
    normalised.subscription_id,
    normalised.customer_id,
    customers.account_id,
    normalised.snapshot_end_at,
    normalised.mrr as amount,
    normalised.currency_code,
    rates.rate as reporting_rate,
    {{ convert('normalised.mrr', 'rates.rate') }} as amount_reporting,
    normalised.invoice_id,
    normalised.issued_at,
    normalised.service_start_at,
    cast(normalised.invoice_count as bigint) as invoice_count,
    normalised.is_billed_in_pieces,
    case
        when normalised.invoice_id is not null and not normalised.is_billed_in_pieces
            then {{ divide('normalised.base_amount', 'normalised.base_months', 2, 'decimal(24,2)', 'decimal(19,0)') }}
    end as invoice_amount,
    normalised.invoice_currency_code
from normalised
left join {{ ref('dim_customers') }} as customers on normalised.customer_id = customers.customer_id
left join {{ ref('dim_exchange_rates') }} as rates
    on
        normalised.currency_code = rates.currency_code
        and cast(extract(year from normalised.month_date) as bigint) = rates.rate_year
