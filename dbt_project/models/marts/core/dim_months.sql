-- Grain: month_date, every month that has begun, the running one included.
-- A snapshot of a month counts what is true just before `snapshot_end_at`: the next month's first midnight, or the
-- second after `as_of` for the running month.
with months as (
    select
        date_day as month_date,
        calendar_year,
        fiscal_year,
        fiscal_quarter,
        quarter_date,
        cast(date_day + interval '1' month as date) as next_month_date,
        {{ starts_at('date_day') }} as started_at,
        {{ starts_at("date_day + interval '1' month") }} as next_started_at
    from {{ ref('dim_dates') }}
    where date_day = month_date and has_begun
)

select
    month_date,
    calendar_year,
    fiscal_year,
    fiscal_quarter,
    quarter_date,
    next_month_date,
    started_at,
    least(next_started_at, {{ known_until() }}) as snapshot_end_at,
    next_started_at <= {{ known_until() }} as is_complete
from months
