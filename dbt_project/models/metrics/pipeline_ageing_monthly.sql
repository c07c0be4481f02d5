-- Grain: month_date × age_group: the deals open at the month's end by days since they were created. The groups add up to
-- the open pipeline; their bounds are a setting.
select
    month_date,
    is_complete,
    age_group,
    min(age_days) as youngest_days,
    count(*) as open_count,
    {{ sum_known('amount_reporting') }} as open_amount,
    '{{ var("reporting_currency") }}' as currency_code,
    cast(sum(case when is_overdue then 1 else 0 end) as bigint) as overdue_count,
    {{ sum_known('case when is_overdue then amount_reporting else 0 end') }} as overdue_amount,
    {{ percentile(0.5, 'days_in_stage') }} as median_days_in_stage,
    {{ percentile(0.5, 'days_without_activity') }} as median_days_without_activity
from {{ ref('fct_open_opportunities_monthly') }}
group by month_date, is_complete, age_group
