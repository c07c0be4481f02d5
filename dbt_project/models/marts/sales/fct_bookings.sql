-- Grain: period_start_date × period_end_date × opportunity_id: deals won in each period that is forecast, as finally
-- booked: reopened ones count where they were won last, deleted ones nowhere.
select
    periods.period_start_date,
    periods.period_end_date,
    deals.opportunity_id,
    coalesce(deals.owner_id, 'unknown') as owner_id,
    coalesce(owners.team_name, 'unknown') as team_name,
    deals.closed_at,
    deals.amount,
    deals.currency_code,
    deals.reporting_rate,
    cast(case when deals.amount is null then 0 else deals.amount_reporting end as decimal(18, 2)) as amount_reporting
from (
    select distinct period_start_date, period_end_date, period_started_at, period_ended_at
    from {{ ref('dim_forecast_snapshots') }}
) as periods
inner join {{ ref('fct_opportunities') }} as deals
    on
        deals.is_won
        and deals.closed_at >= periods.period_started_at
        and deals.closed_at < periods.period_ended_at
left join {{ ref('dim_owners') }} as owners on deals.owner_id = owners.owner_id
