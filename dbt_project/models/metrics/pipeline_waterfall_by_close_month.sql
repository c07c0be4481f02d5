-- Grain: month_date: what happened within a month to the open deals due in that same month.
-- A deal whose expected close date crosses the month's bounds moves in or out with its amount; one event can do that
-- and change the amount too: it moves in with the amount after, out with the amount before.
with months as (
    select * from {{ ref('dim_months') }}
),

history as (
    select
        *,
        {{ month_of('expected_close_date') }} as close_month_date,
        case when amount is null then 0 else amount_reporting end as pipeline_amount
    from {{ ref('fct_opportunity_history') }}
    where state = 'open'
),

events as (
    select
        *,
        from_state = 'open' and coalesce({{ month_of('from_close_date') }} = month_date, false) as was_in,
        to_state = 'open' and coalesce({{ month_of('to_close_date') }} = month_date, false) as is_in
    from {{ ref('fct_opportunity_transitions') }}
),

labelled as (
    select
        month_date,
        from_amount_reporting as amount_before,
        to_amount_reporting as amount_after,
        to_amount_reporting - from_amount_reporting as change,
        case
            when is_in and not was_in and from_state = 'open' then 'moved_in'
            when is_in and not was_in then movement
            when was_in and not is_in and to_state = 'open' then 'moved_out'
            when was_in then movement
        end as movement
    from events
    where was_in or is_in
),

openings as (
    select months.month_date, {{ sum_known('history.pipeline_amount') }} as opening
    from months
    inner join history
        on
            months.month_date = history.close_month_date
            and history.valid_from < months.started_at
            and (history.valid_to is null or history.valid_to >= months.started_at)
    group by 1
),

closings as (
    select
        months.month_date,
        {{ sum_known('history.pipeline_amount') }} as closing,
        count(*) as closing_count
    from months
    inner join history
        on
            months.month_date = history.close_month_date
            and history.valid_from < months.snapshot_end_at
            and (history.valid_to is null or history.valid_to >= months.snapshot_end_at)
    group by 1
),

{%- set after = ['created', 'reopened', 'moved_in'] %}
{%- set before = ['moved_out', 'won', 'lost', 'removed'] %}

flows as (
    select
        month_date,
        {%- for flow in after %}
        {{ sum_known("case when movement = '" ~ flow ~ "' then amount_after else 0 end") }} as {{ flow }},
        {%- endfor %}
        {%- for flow in before %}
        {{ sum_known("case when movement = '" ~ flow ~ "' then amount_before else 0 end") }} as {{ flow }},
        {%- endfor %}
        {{ sum_known("case when movement = 'increased' then change else 0 end") }} as increased,
        {{ sum_known("case when movement = 'decreased' then -change else 0 end") }} as decreased
    from labelled
    group by 1
),

bounds as (
    select min(month_date) as first_month_date from events
)

select
    months.month_date,
    months.is_complete,
    {%- for part in ['opening'] + after + ['increased', 'decreased'] + before + ['closing'] %}
    {%- set table = {'opening': 'openings', 'closing': 'closings'}.get(part, 'flows') %}
    cast(case when {{ table }}.month_date is null then 0 else {{ table }}.{{ part }} end as decimal(18, 2))
        as {{ part }},
    {%- endfor %}
    coalesce(closings.closing_count, 0) as closing_count,
    '{{ var("reporting_currency") }}' as currency_code
from months
inner join bounds on months.month_date >= bounds.first_month_date
left join openings on months.month_date = openings.month_date
left join flows on months.month_date = flows.month_date
left join closings on months.month_date = closings.month_date
