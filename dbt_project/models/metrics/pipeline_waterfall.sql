-- Grain: month_date, from the first deal's month to the running one: all open deals, whatever month they are due in.
-- Opening and closing are counted from the history at the month's two bounds, the flows from the events between them;
-- that they meet is checked, not assumed. A deal created and won within a month is in both flows.
with months as (
    select * from {{ ref('dim_months') }}
),

history as (
    select
        *,
        case when amount is null then 0 else amount_reporting end as pipeline_amount
    from {{ ref('fct_opportunity_history') }}
    where state = 'open'
),

transitions as (
    select * from {{ ref('fct_opportunity_transitions') }}
),

balances as (
    select
        months.month_date,
        {{ sum_known('history.pipeline_amount') }} as closing,
        count(*) as closing_count
    from months
    inner join history
        on
            history.valid_from < months.snapshot_end_at
            and (history.valid_to is null or history.valid_to >= months.snapshot_end_at)
    group by 1
),

openings as (
    select months.month_date, {{ sum_known('history.pipeline_amount') }} as opening
    from months
    inner join history
        on
            history.valid_from < months.started_at
            and (history.valid_to is null or history.valid_to >= months.started_at)
    group by 1
),

flows as (
    select
        month_date,
        {%- for state in ['won', 'lost', 'removed'] %}
        {{ sum_known("case when movement = '" ~ state ~ "' then from_amount_reporting else 0 end") }} as {{ state }},
        {%- endfor %}
        {{ sum_known("case when movement = 'created' then to_amount_reporting else 0 end") }} as created,
        {{ sum_known("case when movement = 'reopened' then to_amount_reporting else 0 end") }} as reopened,
        {{ sum_known("case when movement = 'increased' then to_amount_reporting - from_amount_reporting else 0 end") }}
            as increased,
        {{ sum_known("case when movement = 'decreased' then from_amount_reporting - to_amount_reporting else 0 end") }}
            as decreased
    from transitions
    group by 1
),

bounds as (
    select min(month_date) as first_month_date from transitions
)

select
    months.month_date,
    months.is_complete,
    {%- set parts = ['opening', 'created', 'reopened', 'increased', 'decreased', 'won', 'lost', 'removed', 'closing'] %}
    {%- for part in parts %}
    {%- set table = {'opening': 'openings', 'closing': 'balances'}.get(part, 'flows') %}
    cast(case when {{ table }}.month_date is null then 0 else {{ table }}.{{ part }} end as decimal(18, 2))
        as {{ part }},
    {%- endfor %}
    coalesce(balances.closing_count, 0) as closing_count,
    '{{ var("reporting_currency") }}' as currency_code
from months
inner join bounds on bounds.first_month_date <= months.month_date
left join openings on months.month_date = openings.month_date
left join flows on months.month_date = flows.month_date
left join balances on months.month_date = balances.month_date
