-- Grain: period × horizon_days × opportunity_id: what stood for a period on the day its forecast is looked at: deals
-- won in it by then, and open deals due in it, overdue ones included. Rebuilt from field history. Deals deleted since
-- stood then and are here; the owner is the one of that day.
with snapshots as (
    select * from {{ ref('dim_forecast_snapshots') }}
),

history as (
    select
        *,
        case when amount is null then 0 else amount_reporting end as standing_amount
    from {{ ref('fct_opportunity_history') }}
    where state in ('open', 'won')
),

wins as (
    select
        visits.opportunity_id,
        visits.entered_at,
        visits.left_at,
        case when visits.left_at is null then coalesce(deals.closed_at, visits.entered_at) else visits.entered_at end
            as booked_at
    from {{ ref('fct_stage_visits') }} as visits
    left join {{ ref('fct_opportunities') }} as deals on visits.opportunity_id = deals.opportunity_id
    where visits.state = 'won'
),

standing as (
    select
        snapshots.*,
        history.opportunity_id,
        history.owner_id,
        history.state,
        history.expected_close_date,
        history.win_probability,
        history.amount,
        history.currency_code,
        history.reporting_rate,
        history.standing_amount,
        wins.booked_at
    from snapshots
    inner join history
        on
            history.valid_from < snapshots.snapshot_end_at
            and (history.valid_to is null or history.valid_to >= snapshots.snapshot_end_at)
    left join wins
        on
            history.state = 'won'
            and history.opportunity_id = wins.opportunity_id
            and wins.entered_at < snapshots.snapshot_end_at
            and (wins.left_at is null or wins.left_at >= snapshots.snapshot_end_at)
)

select
    standing.period_start_date,
    standing.period_end_date,
    standing.horizon_days,
    standing.as_of_date,
    standing.is_latest,
    standing.opportunity_id,
    coalesce(standing.owner_id, 'unknown') as owner_id,
    coalesce(owners.team_name, 'unknown') as team_name,
    standing.state,
    standing.expected_close_date,
    standing.booked_at,
    standing.win_probability,
    standing.amount,
    standing.currency_code,
    standing.reporting_rate,
    cast(standing.standing_amount as decimal(18, 2)) as amount_reporting,
    case
        when standing.state = 'won' then cast(standing.standing_amount as decimal(18, 2))
        else {{ convert('standing.standing_amount', 'standing.win_probability') }}
    end as weighted_amount_reporting
from standing
left join {{ ref('dim_owners') }} as owners on standing.owner_id = owners.owner_id
where
    case
        when standing.state = 'won'
            then standing.booked_at >= standing.period_started_at and standing.booked_at < standing.period_ended_at
        else
            standing.expected_close_date >= standing.period_start_date
            and standing.expected_close_date <= standing.period_end_date
    end
