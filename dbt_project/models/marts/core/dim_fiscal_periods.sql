-- Grain: period_type × start_date: fiscal months, quarters and years, those to come within the calendar included.
-- A snapshot of a period counts what is true just before `snapshot_end_at`, as with calendar months.
with days as (
    select * from {{ ref('dim_dates') }}
),

starts as (
    {% for type, column, number in [
        ('month', 'fiscal_period_start_date', 'fiscal_period'),
        ('quarter', 'fiscal_quarter_start_date', 'fiscal_quarter'),
        ('year', 'fiscal_year_start_date', '1'),
    ] %}
    select distinct
        '{{ type }}' as period_type,
        fiscal_year,
        {{ number }} as period_number,
        {{ column }} as start_date
    from days
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

bounded as (
    select
        *,
        lead(start_date) over (partition by period_type order by start_date) as next_start_date
    from starts
)

select
    period_type,
    fiscal_year,
    cast(period_number as bigint) as period_number,
    'FY' || cast(fiscal_year as string) || case period_type
        when 'month' then ' P' || cast(period_number as string)
        when 'quarter' then ' Q' || cast(period_number as string)
        else ''
    end as period_name,
    start_date,
    cast(next_start_date - interval '1' day as date) as end_date,
    {{ starts_at('start_date') }} as started_at,
    case
        when {{ starts_at('start_date') }} < {{ known_until() }}
            then least({{ starts_at('next_start_date') }}, {{ known_until() }})
    end as snapshot_end_at,
    {{ starts_at('start_date') }} < {{ known_until() }} as has_begun,
    {{ starts_at('next_start_date') }} <= {{ known_until() }} as is_complete
from bounded
where next_start_date is not null
