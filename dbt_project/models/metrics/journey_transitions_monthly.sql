-- Grain: month_date in which a stage was entered × subject_type × from_stage × to_stage × dimension × dimension_value: the
-- funnel, by cohorts. Each stay is counted under the stage it moved to within its horizon, or `none`, and once more under
-- `any`, where entered = moved on + returned + dropped off + still there. Every dimension adds up to `total`.
-- The baseline is the same transition in the complete ones of the `friction_baseline_months` before; what it is compared
-- with is complete, too, so that who still has time is no drop-off.
{%- set counts = ['moved_on', 'returned', 'dropped_off'] %}
{%- set keys = ['subject_type', 'from_stage', 'to_stage', 'dimension', 'dimension_value'] %}
with outcomes as (
    select
        *,
        case when outcome = 'moved_on' then {{ divide('stayed_seconds', '86400') }} end as moved_on_days
    from {{ ref('fct_journey_outcomes') }}
),

dimensioned as (
    select *, 'total' as dimension, 'total' as dimension_value from outcomes
    {%- for dimension in journey_dimensions() %}

    union all

    select *, '{{ dimension }}', {{ dimension }} from outcomes
    {%- endfor %}
),

entered as (
    select
        month_date,
        is_complete,
        subject_type,
        from_stage,
        dimension,
        dimension_value,
        count(*) as entered_count,
        min(stage_order) as stage_order
    from dimensioned
    group by 1, 2, 3, 4, 5, 6
),

moves as (
    select *, to_stage as towards from dimensioned

    union all

    select *, 'any' from dimensioned
),

totals as (
    select
        month_date,
        is_complete,
        subject_type,
        from_stage,
        towards as to_stage,
        dimension,
        dimension_value,
        {%- for outcome in counts %}
        cast(sum(case when outcome = '{{ outcome }}' then 1 else 0 end) as bigint) as {{ outcome }}_count,
        {%- endfor %}
        cast(sum(case when outcome in ('open', 'stayed') then 1 else 0 end) as bigint) as still_there_count,
        cast(coalesce(sum(moved_on_days), 0) as decimal(18, 6)) as moved_on_days,
        {{ percentile(0.5, 'moved_on_days') }} as median_days,
        {{ percentile(0.9, 'moved_on_days') }} as ninetieth_percentile_days,
        {{ sum_known("case when outcome = 'dropped_off' then stake else 0 end") }} as drop_off_amount
    from moves
    group by 1, 2, 3, 4, 5, 6, 7
),

windows as (
    select months.month_date, earlier.month_date as baseline_month_date
    from {{ ref('dim_months') }} as months
    inner join {{ ref('dim_months') }} as earlier
        on
            months.month_date > earlier.month_date
            and earlier.month_date >= months.month_date - interval '{{ var("friction_baseline_months") }}' month
),

entered_before as (
    select
        windows.month_date,
        entered.subject_type,
        entered.from_stage,
        entered.dimension,
        entered.dimension_value,
        cast(sum(entered.entered_count) as bigint) as entered_count
    from windows
    inner join entered on windows.baseline_month_date = entered.month_date and entered.is_complete
    group by 1, 2, 3, 4, 5
),

counted_before as (
    select
        windows.month_date,
        {%- for key in keys %}
        totals.{{ key }},
        {%- endfor %}
        cast(sum(totals.moved_on_count) as bigint) as moved_on_count,
        cast(sum(totals.dropped_off_count) as bigint) as dropped_off_count,
        {{ sum_known('totals.drop_off_amount') }} as drop_off_amount
    from windows
    inner join totals on windows.baseline_month_date = totals.month_date and totals.is_complete
    group by 1, 2, 3, 4, 5, 6
),

timed_before as (
    select
        windows.month_date,
        moves.subject_type,
        moves.from_stage,
        moves.towards as to_stage,
        moves.dimension,
        moves.dimension_value,
        {{ percentile(0.5, 'moves.moved_on_days') }} as median_days,
        {{ percentile(0.9, 'moves.moved_on_days') }} as ninetieth_percentile_days
    from windows
    inner join moves on windows.baseline_month_date = moves.month_date and moves.is_complete
    where moves.moved_on_days is not null
    group by 1, 2, 3, 4, 5, 6
),

measured as (
    select
        totals.*,
        entered.stage_order as from_stage_order,
        entered.entered_count,
        {{ ratio('totals.moved_on_count', 'entered.entered_count') }} as conversion_rate,
        {{ ratio('totals.dropped_off_count', 'entered.entered_count') }} as drop_off_rate,
        coalesce(entered_before.entered_count, 0) as baseline_entered_count,
        coalesce(counted_before.moved_on_count, 0) as baseline_moved_on_count,
        coalesce(counted_before.dropped_off_count, 0) as baseline_dropped_off_count,
        {{ ratio('coalesce(counted_before.moved_on_count, 0)', 'entered_before.entered_count') }}
            as baseline_conversion_rate,
        {{ ratio('coalesce(counted_before.dropped_off_count, 0)', 'entered_before.entered_count') }}
            as baseline_drop_off_rate,
        timed_before.median_days as baseline_median_days,
        timed_before.ninetieth_percentile_days as baseline_ninetieth_percentile_days,
        case
            when counted_before.month_date is null and entered_before.month_date is not null then 0
            else counted_before.drop_off_amount
        end as baseline_drop_off_amount
    from totals
    inner join entered
        on
            totals.month_date = entered.month_date
            and totals.subject_type = entered.subject_type
            and totals.from_stage = entered.from_stage
            and totals.dimension = entered.dimension
            and totals.dimension_value = entered.dimension_value
    left join entered_before
        on
            totals.month_date = entered_before.month_date
            and totals.subject_type = entered_before.subject_type
            and totals.from_stage = entered_before.from_stage
            and totals.dimension = entered_before.dimension
            and totals.dimension_value = entered_before.dimension_value
    {%- for part in ['counted_before', 'timed_before'] %}
    left join {{ part }}
        on
            totals.month_date = {{ part }}.month_date
            {%- for key in keys %}
            and totals.{{ key }} = {{ part }}.{{ key }}
            {%- endfor %}
    {%- endfor %}
),

compared as (
    select
        *,
        {{ divide('(cast(baseline_drop_off_amount as decimal(22, 2)) * entered_count)', 'baseline_entered_count', 2,
            'decimal(30,2)') }} as usual_drop_off_amount
    from measured
)

select
    month_date,
    is_complete,
    subject_type,
    from_stage,
    from_stage_order,
    to_stage,
    dimension,
    dimension_value,
    entered_count,
    moved_on_count,
    returned_count,
    dropped_off_count,
    still_there_count,
    conversion_rate,
    drop_off_rate,
    moved_on_days,
    {{ divide('moved_on_days', 'moved_on_count', 6, 'decimal(26,6)', 'decimal(20,2)') }} as average_days,
    median_days,
    ninetieth_percentile_days,
    drop_off_amount,
    '{{ var("reporting_currency") }}' as currency_code,
    baseline_entered_count,
    baseline_moved_on_count,
    baseline_dropped_off_count,
    baseline_conversion_rate,
    baseline_drop_off_rate,
    baseline_median_days,
    baseline_ninetieth_percentile_days,
    cast(baseline_drop_off_amount as decimal(18, 2)) as baseline_drop_off_amount,
    {%- for measure in ['conversion_rate', 'drop_off_rate', 'median_days', 'ninetieth_percentile_days'] %}
    case when is_complete then {{ measure }} - baseline_{{ measure }} end as {{ measure }}_change,
    {%- endfor %}
    case when is_complete then drop_off_amount - usual_drop_off_amount end as drop_off_amount_beyond_baseline
from compared
