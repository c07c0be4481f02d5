-- Grain: month_date in which deals left an open stage × pipeline × stage_code: how long they had been there, and how
-- many went on towards a win. A visit cut short by a deletion is no outcome of the stage and only counted apart.
with exits as (
    select * from {{ ref('fct_stage_visits') }} where state = 'open' and left_at is not null
),

totals as (
    select
        left_month_date as month_date,
        source_instance,
        pipeline_name,
        stage_code,
        min(stage_name) as stage_name,
        min(stage_order) as stage_order,
        {%- for outcome in ['advanced', 'won', 'returned', 'lost', 'removed'] %}
        cast(sum(case when outcome = '{{ outcome }}' then 1 else 0 end) as bigint) as {{ outcome }}_count,
        {%- endfor %}
        cast(sum(case when is_return then 1 else 0 end) as bigint) as return_visit_count,
        cast(sum(case when outcome <> 'removed' then 1 else 0 end) as bigint) as visit_count,
        cast(sum(case when outcome <> 'removed' then days else 0 end) as bigint) as total_days,
        {{ percentile(0.5, "case when outcome <> 'removed' then days end") }} as median_days,
        {{ percentile(0.9, "case when outcome <> 'removed' then days end") }} as ninetieth_percentile_days
    from exits
    group by 1, 2, 3, 4
)

select
    totals.month_date,
    months.is_complete,
    totals.source_instance,
    totals.pipeline_name,
    totals.stage_code,
    totals.stage_name,
    totals.stage_order,
    totals.visit_count,
    totals.return_visit_count,
    totals.advanced_count,
    totals.won_count,
    totals.advanced_count + totals.won_count as converted_count,
    totals.returned_count,
    totals.lost_count,
    totals.removed_count,
    {{ ratio('(totals.advanced_count + totals.won_count)', 'totals.visit_count') }} as conversion_rate,
    totals.total_days,
    {{ ratio('totals.total_days', 'totals.visit_count') }} as average_days,
    totals.median_days,
    totals.ninetieth_percentile_days
from totals
inner join {{ ref('dim_months') }} as months on totals.month_date = months.month_date
