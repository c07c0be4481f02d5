-- Grain: month_date × dimension × dimension_value, the dimension being `link`, and `total` over all links. Months are
-- those in which the record that lacks or has its counterpart arose. What is not yet due is in neither part of the rate.
with links as (
    select link, month_date, status, break_type, amount_at_stake
    from {{ ref('fct_reconciliation_links') }}
    where month_date is not null
),

grouped as (
    select 'link' as dimension, link as dimension_value, * from links

    union all

    select 'total', 'total', * from links
),

totals as (
    select
        month_date,
        dimension,
        dimension_value,
        cast(sum(case when status = 'matched' then 1 else 0 end) as bigint) as matched_count,
        cast(sum(case when status <> 'pending' then 1 else 0 end) as bigint) as due_count,
        {%- for type in ['missing', 'duplicate', 'fx', 'amount', 'timing'] %}
        cast(sum(case when break_type = '{{ type }}' then 1 else 0 end) as bigint) as {{ type }}_count,
        {%- endfor %}
        {{ sum_known('amount_at_stake') }} as amount_at_stake
    from grouped
    group by 1, 2, 3
)

select
    totals.month_date,
    months.is_complete,
    totals.dimension,
    totals.dimension_value,
    totals.matched_count,
    totals.due_count,
    totals.missing_count,
    totals.duplicate_count,
    totals.fx_count,
    totals.amount_count,
    totals.timing_count,
    {{ ratio('totals.matched_count', 'totals.due_count') }} as match_rate,
    totals.amount_at_stake,
    '{{ var("reporting_currency") }}' as currency_code
from totals
inner join {{ ref('dim_months') }} as months on totals.month_date = months.month_date
