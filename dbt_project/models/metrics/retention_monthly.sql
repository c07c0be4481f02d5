-- Grain: month_date. Retention over the month, and over the twelve months that end with it, of whoever paid when the
-- window opened. Net retention is published without and with the revenue of customers who left and came back.
with totals as (
    select
        month_date,
        is_complete,
        {{- retention_sums() }}
    from {{ ref('fct_mrr_retention') }}
    group by 1, 2
)

select
    month_date,
    is_complete,
    {{- retention_measures() }}
from totals
