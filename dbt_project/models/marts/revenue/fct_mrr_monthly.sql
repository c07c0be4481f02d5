-- Grain: customer_id × currency_code × month_date, customers with recurring revenue at the month's snapshot. A
-- customer billed in two currencies has two rows. What shares a rate is added up before it is converted; nothing is
-- nothing in any currency, known rate or not.
with items as (
    select * from {{ ref('fct_mrr_items_monthly') }}
),

at_rate as (
    select
        customer_id,
        currency_code,
        month_date,
        is_complete,
        reporting_rate,
        cast(sum(mrr) as decimal(18, 2)) as mrr,
        cast(sum(contract_mrr) as decimal(18, 2)) as contract_mrr
    from items
    group by 1, 2, 3, 4, 5
),

converted as (
    select
        customer_id,
        currency_code,
        month_date,
        is_complete,
        case when min(reporting_rate) = max(reporting_rate) then min(reporting_rate) end as reporting_rate,
        {{ sum_known('case when mrr = 0 then 0 else ' ~ convert('mrr', 'reporting_rate') ~ ' end') }} as mrr_reporting,
        {{ sum_known(convert('contract_mrr', 'reporting_rate')) }} as contract_mrr_reporting
    from at_rate
    group by 1, 2, 3, 4
),

at_next_rate as (
    select
        customer_id,
        currency_code,
        month_date,
        next_reporting_rate,
        cast(sum(mrr) as decimal(18, 2)) as mrr
    from items
    group by 1, 2, 3, 4
),

revalued as (
    select
        customer_id,
        currency_code,
        month_date,
        {{ sum_known('case when mrr = 0 then 0 else ' ~ convert('mrr', 'next_reporting_rate') ~ ' end') }}
            as mrr_revalued
    from at_next_rate
    group by 1, 2, 3
),

counted as (
    select
        customer_id,
        currency_code,
        month_date,
        cast(sum(mrr) as decimal(18, 2)) as mrr,
        cast(sum(contract_mrr) as decimal(18, 2)) as contract_mrr,
        count(distinct subscription_id) as subscription_count,
        count(*) as item_count
    from items
    group by 1, 2, 3
)

select
    converted.customer_id,
    converted.currency_code,
    converted.month_date,
    converted.is_complete,
    counted.mrr,
    counted.contract_mrr,
    converted.reporting_rate,
    converted.mrr_reporting,
    converted.contract_mrr_reporting,
    revalued.mrr_revalued,
    counted.subscription_count,
    counted.item_count
from converted
inner join counted
    on
        converted.customer_id = counted.customer_id
        and converted.currency_code = counted.currency_code
        and converted.month_date = counted.month_date
inner join revalued
    on
        converted.customer_id = revalued.customer_id
        and converted.currency_code = revalued.currency_code
        and converted.month_date = revalued.month_date
