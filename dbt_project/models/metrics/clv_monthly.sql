-- Grain: month_date, complete months with five complete ones before them: what a customer is worth by the formula ARPA ×
-- gross margin ÷ logo churn, each over the six months together. Empty while nobody churns: a customer who never leaves is
-- worth no number.
with months as (
    select * from {{ ref('arr_monthly') }} where is_complete
),

margins as (
    select
        items.month_date,
        sum({{ convert('items.mrr', 'items.reporting_rate') }}) as mrr,
        case
            when count(*) = count({{ gross_margin('products.family') }})
                then sum({{ convert('items.mrr', 'items.reporting_rate') }} * {{ gross_margin('products.family') }})
        end as margin_mrr
    from {{ ref('fct_mrr_items_monthly') }} as items
    left join {{ ref('products') }} as products on items.product_id = products.product_id
    group by 1
),

{%- set trailing = 'over (order by months.month_date rows between 5 preceding and current row)' %}

six_months as (
    select
        months.month_date,
        count(*) {{ trailing }} as month_count,
        sum(months.mrr) {{ trailing }} as mrr,
        sum(months.customer_count) {{ trailing }} as customer_months,
        sum(months.churned_customer_count) {{ trailing }} as churned_customers,
        sum(months.opening_customer_count) {{ trailing }} as opening_customer_months,
        sum(margins.mrr) {{ trailing }} as item_mrr,
        count(margins.margin_mrr) {{ trailing }} as known_margins,
        count(margins.mrr) {{ trailing }} as margin_months,
        sum(margins.margin_mrr) {{ trailing }} as margin_mrr
    from months
    left join margins on months.month_date = margins.month_date
),

parts as (
    select
        *,
        {{ ratio('mrr', 'customer_months') }} as average_revenue_per_account,
        case
            when known_margins = margin_months
                then {{ divide('margin_mrr', 'item_mrr', 6, 'decimal(26,8)', 'decimal(20,2)') }}
        end as gross_margin,
        {{ ratio('churned_customers', 'opening_customer_months') }} as logo_churn_rate
    from six_months
    where month_count = 6
),

margined as (
    select
        *,
        cast(cast(average_revenue_per_account as decimal(19, 6)) * gross_margin as decimal(18, 6))
            as gross_margin_per_account
    from parts
)

select
    month_date,
    true as is_complete,
    cast(mrr as decimal(18, 2)) as mrr_of_six_months,
    cast(customer_months as bigint) as customer_months,
    cast(churned_customers as bigint) as churned_customer_count,
    cast(opening_customer_months as bigint) as opening_customer_months,
    average_revenue_per_account,
    gross_margin,
    gross_margin_per_account,
    logo_churn_rate,
    '{{ var("reporting_currency") }}' as currency_code,
    {{ divide('gross_margin_per_account', 'logo_churn_rate', 6, 'decimal(20,6)', 'decimal(20,6)') }} as clv
from margined
