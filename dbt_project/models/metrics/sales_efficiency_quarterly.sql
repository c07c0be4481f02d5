-- Grain: quarter_start_date, fiscal quarters of calendar months: the magic number, new recurring revenue for each unit of
-- sales and marketing cost of the quarter before. Empty where a month of that quarter has no operating costs on record.
with months as (
    select
        months.month_date,
        months.is_complete,
        months.fiscal_year,
        months.fiscal_quarter,
        arr.net_new_arr
    from {{ ref('dim_months') }} as months
    left join {{ ref('arr_monthly') }} as arr on months.month_date = arr.month_date
),

costs as (
    select
        month_date,
        max(case when cost_type in ('sales', 'marketing') then 1 else 0 end) as is_recorded,
        {{ sum_known('cost') }} as cost
    from {{ ref('fct_acquisition_costs') }}
    group by 1
),

quarters as (
    select
        months.fiscal_year,
        months.fiscal_quarter,
        min(months.month_date) as quarter_start_date,
        count(*) = 3 and max(case when months.is_complete then 0 else 1 end) = 0 as is_complete,
        case when count(*) = count(months.net_new_arr) then sum(months.net_new_arr) end as net_new_arr,
        case when sum(costs.is_recorded) = 3 then {{ sum_known('costs.cost') }} end as cost
    from months
    left join costs on months.month_date = costs.month_date
    group by 1, 2
),

compared as (
    select *, lag(cost) over (order by quarter_start_date) as previous_quarter_cost
    from quarters
)

select
    quarter_start_date,
    fiscal_year,
    fiscal_quarter,
    is_complete,
    cast(net_new_arr as decimal(18, 2)) as net_new_arr,
    cost as sales_and_marketing_cost,
    previous_quarter_cost,
    '{{ var("reporting_currency") }}' as currency_code,
    {{ ratio('net_new_arr', 'previous_quarter_cost') }} as magic_number
from compared
