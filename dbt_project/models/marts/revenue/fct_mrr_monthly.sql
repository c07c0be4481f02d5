-- Grain: customer_id × currency_code × month_date, customers with recurring revenue at the month's snapshot. A
-- customer billed in two currencies has two rows: each currency is converted on its own, at the month's yearly rate.
with items as (
    select * from {{ ref('fct_mrr_items_monthly') }}
),

rates as (
    select * from {{ ref('dim_exchange_rates') }}
),

by_currency as (
    select
        customer_id,
        currency_code,
        month_date,
        is_complete,
        calendar_year,
        cast(sum(mrr) as decimal(18, 2)) as mrr,
        cast(sum(contract_mrr) as decimal(18, 2)) as contract_mrr,
        count(distinct subscription_id) as subscription_count,
        count(*) as item_count
    from items
    group by 1, 2, 3, 4, 5
)

select
    by_currency.customer_id,
    by_currency.currency_code,
    by_currency.month_date,
    by_currency.is_complete,
    by_currency.mrr,
    by_currency.contract_mrr,
    rates.rate as reporting_rate,
    {{ convert('by_currency.mrr', 'rates.rate') }} as mrr_reporting,
    {{ convert('by_currency.contract_mrr', 'rates.rate') }} as contract_mrr_reporting,
    by_currency.subscription_count,
    by_currency.item_count
from by_currency
left join rates
    on by_currency.currency_code = rates.currency_code and by_currency.calendar_year = rates.rate_year
