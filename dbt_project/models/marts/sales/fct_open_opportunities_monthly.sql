-- Grain: month_date × opportunity_id: every deal open at a month's end, now for the running month, with its age and
-- when it last moved. A deal moved when one of its fields changed or someone logged an activity with it; activities
-- planned ahead do not count. Deals deleted since were open then and are here.
with months as (
    select
        *,
        {{ day_of("snapshot_end_at - interval '1' second") }} as snapshot_date
    from {{ ref('dim_months') }}
),

opportunities as (
    select opportunity_id, created_at from {{ ref('opportunities') }}
),

activities as (
    select opportunity_id, occurred_at
    from {{ ref('activities') }}
    where not is_deleted and opportunity_id is not null and occurred_at is not null
),

standing as (
    select
        months.month_date,
        months.is_complete,
        months.snapshot_end_at,
        months.snapshot_date,
        history.*
    from months
    inner join {{ ref('fct_opportunity_history') }} as history
        on
            history.state = 'open'
            and history.valid_from < months.snapshot_end_at
            and (history.valid_to is null or history.valid_to >= months.snapshot_end_at)
),

touched as (
    select
        standing.month_date,
        standing.opportunity_id,
        max(activities.occurred_at) as last_activity_at
    from standing
    inner join activities
        on standing.opportunity_id = activities.opportunity_id and activities.occurred_at < standing.snapshot_end_at
    group by 1, 2
),

aged as (
    select
        standing.*,
        greatest(standing.valid_from, coalesce(touched.last_activity_at, standing.valid_from)) as last_moved_at,
        {{ days_between(day_of('coalesce(opportunities.created_at, visits.entered_at)'), 'standing.snapshot_date') }}
            as age_days,
        {{ days_between(day_of('visits.entered_at'), 'standing.snapshot_date') }} as days_in_stage
    from standing
    inner join opportunities on standing.opportunity_id = opportunities.opportunity_id
    inner join {{ ref('fct_stage_visits') }} as visits
        on
            standing.opportunity_id = visits.opportunity_id
            and visits.entered_at < standing.snapshot_end_at
            and (visits.left_at is null or visits.left_at >= standing.snapshot_end_at)
    left join touched
        on standing.month_date = touched.month_date and standing.opportunity_id = touched.opportunity_id
)

{% set bounds = var('pipeline_ageing_days') | sort -%}
{%- set stale_after = var('pipeline_stale_after_days') -%}
select
    month_date,
    is_complete,
    opportunity_id,
    owner_id,
    pipeline_name,
    stage_code,
    stage_name,
    expected_close_date,
    amount,
    currency_code,
    reporting_rate,
    cast(case when amount is null then 0 else amount_reporting end as decimal(18, 2)) as amount_reporting,
    win_probability,
    age_days,
    case
        {%- for bound in bounds %}
        when age_days <= {{ bound }} then '{{ bounds[loop.index0 - 1] + 1 if not loop.first else 0 }} to {{ bound }}'
        {%- endfor %}
        else 'over {{ bounds[-1] }}'
    end as age_group,
    days_in_stage,
    last_moved_at,
    {{ days_between(day_of('last_moved_at'), 'snapshot_date') }} as days_without_activity,
    is_qualified,
    {% if stale_after -%}
    {{ days_between(day_of('last_moved_at'), 'snapshot_date') }} > {{ stale_after }}
    {%- else -%}
    false
    {%- endif %} as is_stale,
    coalesce(expected_close_date <= snapshot_date, false) as is_overdue
from aged
