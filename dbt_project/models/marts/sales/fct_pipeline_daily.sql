-- Grain: opportunity_id × date_day: every deal that was open at the end of a UTC day, changed that day or not.
-- Rebuilt from field history, so days before the warehouse existed are here too. The last day is the one `as_of`
-- lies in.
with history as (
    select * from {{ ref('fct_opportunity_history') }} where state = 'open'
),

days as (
    select * from {{ ref('dim_dates') }} where has_begun
)

select
    history.opportunity_id,
    days.date_day,
    history.stage_code,
    history.owner_id,
    history.expected_close_date,
    {{ month_of('history.expected_close_date') }} as close_month_date,
    history.amount,
    history.currency_code,
    history.reporting_rate,
    history.amount_reporting,
    history.win_probability,
    {{ convert('history.amount_reporting', 'history.win_probability') }} as weighted_amount_reporting
from history
inner join days
    on
        history.valid_from < days.snapshot_end_at
        and (history.valid_to is null or history.valid_to >= days.snapshot_end_at)
