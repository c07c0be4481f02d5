-- Grain: date_day, from 1 January of the year of the earliest record to 31 December of the year after `as_of`.
-- The start follows the data (at most 20 years back, so one absurd date cannot blow the calendar up).
with earliest_records as (
    {% for table, moment in [
        ('subscription_item_terms', 'valid_from'), ('opportunities', 'created_at'), ('opportunities', 'closed_at'),
        ('opportunity_changes', 'changed_at'), ('leads', 'created_at'), ('referrals', 'registered_at'),
        ('invoices', 'issued_at'), ('invoice_lines', 'service_start_at'), ('credit_notes', 'issued_at'),
        ('refunds', 'refunded_at'),
        ('orders', 'ordered_at'), ('sessions', 'started_at'), ('marketing_spend', 'spend_date'),
        ('conversations', 'created_at'), ('activities', 'occurred_at'), ('email_events', 'occurred_at'),
    ] %}
    select min({{ moment if moment == 'spend_date' else day_of(moment) }}) as first_day from {{ ref(table) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

bounds as (
    select
        {{ today() }} as as_of_day,
        cast({{ dbt.date_trunc('year', 'min(first_day)') }} as date) as first_day
    from earliest_records
),

calendar as (
    select
        as_of_day,
        cast(
            greatest(
                coalesce(first_day, cast({{ dbt.date_trunc('year', 'as_of_day') }} as date)),
                cast({{ dbt.date_trunc('year', "as_of_day - interval '20' year") }} as date)
            ) as date
        ) as first_day,
        cast({{ dbt.date_trunc('year', "as_of_day + interval '2' year") }} as date) as end_day
    from bounds
)

select
    calendar.as_of_day,
    cast(calendar.first_day + numbers.n * interval '1' day as date) as date_day
from calendar
inner join {{ numbers(5) }} as numbers
    on numbers.n < {{ days_between('calendar.first_day', 'calendar.end_day') }}
