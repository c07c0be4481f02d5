-- Grain: month_date. ARR is twelve times the MRR of the month's snapshot; movements are sums over customers.
-- Customers are counted by what happened, not by amounts: one billed in a currency without a rate counts too.
-- The running month is a snapshot at `as_of` and carries is_complete = false: no growth is computed into it.
with months as (
    select * from {{ ref('dim_months') }}
),

contract as (
    select month_date, {{ sum_known('contract_mrr_reporting') }} as contract_mrr
    from {{ ref('fct_mrr_monthly') }}
    group by 1
),

totals as (
    select
        month_date,
        {{- arr_sums() }}
    from {{ ref('fct_mrr_movements') }}
    group by 1
)

select
    months.month_date,
    months.is_complete,
    {{- arr_measures('totals') }},
    contract.contract_mrr
from months
inner join totals on months.month_date = totals.month_date
left join contract on months.month_date = contract.month_date
