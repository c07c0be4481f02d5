-- Grain: period × horizon_days × forecast_category × dimension × dimension_value: the latest word of each owner or
-- manager on a period, by each day it is looked at. Teams and the company are added up where nobody spoke for them.
with said as (
    select
        snapshots.period_start_date,
        snapshots.period_end_date,
        snapshots.horizon_days,
        coalesce(submissions.forecast_category, 'unknown') as forecast_category,
        case
            when submissions.team_id is not null then 'team'
            when submissions.owner_id is not null then 'owner'
            else 'company'
        end as level,
        coalesce(submissions.owner_id, 'unknown') as owner_id,
        coalesce(teams.name, owners.team_name, 'unknown') as team_name,
        {{ convert('submissions.amount', 'rates.rate') }} as amount,
        row_number() over (
            partition by
                snapshots.period_start_date, snapshots.period_end_date, snapshots.horizon_days,
                submissions.forecast_category, submissions.team_id,
                case when submissions.team_id is null then submissions.owner_id end
            order by submissions.submitted_at desc, submissions.forecast_submission_id desc
        ) as recency
    from {{ ref('dim_forecast_snapshots') }} as snapshots
    inner join {{ ref('forecast_submissions') }} as submissions
        on
            snapshots.period_start_date = submissions.period_start_date
            and snapshots.period_end_date = submissions.period_end_date
            and submissions.submitted_at < snapshots.snapshot_end_at
    left join {{ ref('teams') }} as teams on submissions.team_id = teams.team_id
    left join {{ ref('dim_owners') }} as owners on submissions.owner_id = owners.owner_id
    left join {{ ref('dim_exchange_rates') }} as rates
        on
            submissions.currency_code = rates.currency_code
            and cast(extract(year from submissions.period_start_date) as bigint) = rates.rate_year
),

last_said as (
    select * from said where recency = 1
),

{{ levels_of('last_said', ['period_start_date', 'period_end_date', 'horizon_days', 'forecast_category']) }}

select
    period_start_date,
    period_end_date,
    horizon_days,
    forecast_category,
    dimension,
    dimension_value,
    cast(amount as decimal(18, 2)) as forecast_amount
from levels
