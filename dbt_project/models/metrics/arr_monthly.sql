-- Grain: month_date. ARR is twelve times the MRR of the month's snapshot; movements are sums over customers.
-- Customers are counted by what happened, not by amounts: one billed in a currency without a rate counts too.
-- The running month is a snapshot at `as_of` and carries is_complete = false: no growth is computed into it.
with months as (
    select * from {{ ref('dim_months') }}
),

movements as (
    select * from {{ ref('fct_mrr_movements') }}
),

contract as (
    select month_date, {{ sum_known('contract_mrr_reporting') }} as contract_mrr
    from {{ ref('fct_mrr_monthly') }}
    group by 1
),

totals as (
    select
        month_date,
        {%- for part in ['opening', 'new', 'reactivation', 'expansion', 'contraction', 'churn', 'fx', 'closing'] %}
        {{ sum_known(part) }} as {{ part }},
        {%- endfor %}
        sum(case when was_paying then 1 else 0 end) as opening_customer_count,
        sum(case when is_paying then 1 else 0 end) as customer_count,
        sum(case when movement = 'new' then 1 else 0 end) as new_customer_count,
        sum(case when movement = 'reactivation' then 1 else 0 end) as reactivated_customer_count,
        sum(case when movement in ('churn', 'new', 'reactivation') and not is_paying then 1 else 0 end)
            as churned_customer_count
    from movements
    group by 1
)

select
    months.month_date,
    months.is_complete,
    totals.opening as opening_mrr,
    totals.new as new_mrr,
    totals.reactivation as reactivation_mrr,
    totals.expansion as expansion_mrr,
    totals.contraction as contraction_mrr,
    totals.churn as churn_mrr,
    totals.fx as fx_mrr,
    totals.closing as mrr,
    contract.contract_mrr,
    cast(totals.closing - totals.opening as decimal(18, 2)) as net_new_mrr,
    cast(totals.closing * 12 as decimal(18, 2)) as arr,
    cast((totals.closing - totals.opening) * 12 as decimal(18, 2)) as net_new_arr,
    '{{ var("reporting_currency") }}' as currency_code,
    cast(totals.opening_customer_count as bigint) as opening_customer_count,
    cast(totals.new_customer_count as bigint) as new_customer_count,
    cast(totals.reactivated_customer_count as bigint) as reactivated_customer_count,
    cast(totals.churned_customer_count as bigint) as churned_customer_count,
    cast(totals.customer_count as bigint) as customer_count,
    {{ ratio('totals.churned_customer_count', 'totals.opening_customer_count') }} as logo_churn_rate,
    {{ ratio('(totals.churn + totals.contraction)', 'totals.opening') }} as gross_revenue_churn_rate,
    {{ ratio('(totals.churn + totals.contraction - totals.expansion - totals.reactivation)', 'totals.opening') }}
        as net_revenue_churn_rate,
    {{ ratio('(totals.new + totals.expansion + totals.reactivation)', '(totals.churn + totals.contraction)') }}
        as quick_ratio
from months
inner join totals on months.month_date = totals.month_date
left join contract on months.month_date = contract.month_date
