-- Grain: month_date: invoiced and ordered net of tax, credit notes and refunds, each dated when it was given.
-- Growth over the month before and the year before; none into or out of the running month, none without a base.
with months as (
    select * from {{ ref('dim_months') }}
),

events as (
    select * from {{ ref('fct_revenue_events') }}
),

totals as (
    select
        month_date,
        {%- for type in ['invoice', 'order', 'credit_note', 'refund'] %}
        {{ sum_known("case when event_type = '" ~ type ~ "' then net_amount_reporting else 0 end") }}
            as {{ type }}_amount,
        {%- endfor %}
        {{ sum_known('net_amount_reporting') }} as revenue
    from events
    group by 1
),

first_month as (
    select min(month_date) as month_date from totals
),

spread as (
    select
        months.month_date,
        months.is_complete,
        {%- for part in ['invoice_amount', 'order_amount', 'credit_note_amount', 'refund_amount'] %}
        case when totals.month_date is null then 0 else totals.{{ part }} end as {{ part }},
        {%- endfor %}
        case when totals.month_date is null then 0 else totals.revenue end as revenue
    from months
    inner join first_month on months.month_date >= first_month.month_date
    left join totals on months.month_date = totals.month_date
),

compared as (
    select
        *,
        case when is_complete then lag(revenue, 1) over (order by month_date) end as previous_month_revenue,
        case when is_complete then lag(revenue, 12) over (order by month_date) end as previous_year_revenue
    from spread
)

select
    month_date,
    is_complete,
    cast(invoice_amount as decimal(18, 2)) as invoiced_amount,
    cast(order_amount as decimal(18, 2)) as ordered_amount,
    cast(-credit_note_amount as decimal(18, 2)) as credit_note_amount,
    cast(-refund_amount as decimal(18, 2)) as refund_amount,
    cast(revenue as decimal(18, 2)) as revenue,
    cast(previous_month_revenue as decimal(18, 2)) as previous_month_revenue,
    cast(previous_year_revenue as decimal(18, 2)) as previous_year_revenue,
    '{{ var("reporting_currency") }}' as currency_code,
    {{ ratio('(revenue - previous_month_revenue)', 'previous_month_revenue') }} as month_over_month_growth,
    {{ ratio('(revenue - previous_year_revenue)', 'previous_year_revenue') }} as year_over_year_growth
from compared
