-- Grain: date_day, the days of `calendar_days` with the months, quarters and fiscal periods they lie in.
-- A fiscal year is named after the calendar year it ends in. In a calendar of weeks it begins on the configured weekday
-- nearest to the first of its month (with Monday and January, the ISO year); a 53rd week belongs to its last period.
{%- set months_before = var("fiscal_year_start_month") - 1 %}
{%- set weeks = var("fiscal_calendar").split("-") | map("int") | list if var("fiscal_calendar") != "months" else [] %}
{%- set weekday = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"].index(
    var("fiscal_week_start")
) %}
with days as (
    select * from {{ ref('calendar_days') }}
),

shifts as (
    select -1 as shift

    union all

    select 0 as shift

    union all

    select 1 as shift
),

anchors as (
    select distinct
        cast(extract(year from days.date_day) as bigint) + shifts.shift as anchor_year,
        cast(
            cast({{ dbt.date_trunc('year', 'days.date_day') }} as date)
            + interval '12' month * shifts.shift + interval '{{ months_before }}' month as date
        ) as anchor_day
    from days
    cross join shifts
),

turns as (
    select
        *,
        {% if weeks -%}
        ({{ weekday }} + 7 - {{ days_between("cast('1900-01-01' as date)", 'anchor_day') }} % 7) % 7
        {%- else -%}
        0
        {%- endif %} as days_ahead
    from anchors
),

fiscal_years as (
    select
        anchor_year + {{ 0 if months_before == 0 else 1 }} as fiscal_year,
        cast(
            anchor_day + interval '1' day * (case when days_ahead > 3 then days_ahead - 7 else days_ahead end) as date
        ) as fiscal_year_start_date
    from turns
),

in_fiscal_year as (
    select
        days.as_of_day,
        days.date_day,
        years.fiscal_year,
        years.fiscal_year_start_date,
        {%- if weeks %}
        cast(floor({{ days_between('years.fiscal_year_start_date', 'days.date_day') }} / 7) as bigint) as week_index
        {%- else %}
        cast(extract(month from days.date_day) as bigint) as month_number
        {%- endif %}
    from days
    inner join (
        select *, lead(fiscal_year_start_date) over (order by fiscal_year) as next_start_date from fiscal_years
    ) as years
        on days.date_day >= years.fiscal_year_start_date and days.date_day < years.next_start_date
),

in_fiscal_quarter as (
    select
        *,
        {%- if weeks %}
        least(cast(floor(week_index / 13) as bigint) + 1, 4) as fiscal_quarter,
        week_index - 13 * (least(cast(floor(week_index / 13) as bigint) + 1, 4) - 1) as quarter_week_index
        {%- else %}
        (month_number + 12 - {{ months_before }} - 1) % 12 + 1 as fiscal_period,
        cast({{ dbt.date_trunc('month', 'date_day') }} as date) as fiscal_period_start_date
        {%- endif %}
    from in_fiscal_year
),

fiscal as (
    select
        *,
        {%- if weeks %}
        3 * (fiscal_quarter - 1) + case
            when quarter_week_index < {{ weeks[0] }} then 1
            when quarter_week_index < {{ weeks[0] + weeks[1] }} then 2
            else 3
        end as fiscal_period,
        cast(
            fiscal_year_start_date + interval '7' day * (
                13 * (fiscal_quarter - 1) + case
                    when quarter_week_index < {{ weeks[0] }} then 0
                    when quarter_week_index < {{ weeks[0] + weeks[1] }} then {{ weeks[0] }}
                    else {{ weeks[0] + weeks[1] }}
                end
            ) as date
        ) as fiscal_period_start_date,
        cast(fiscal_year_start_date + interval '7' day * (13 * (fiscal_quarter - 1)) as date)
            as fiscal_quarter_start_date
        {%- else %}
        cast(floor((fiscal_period - 1) / 3) as bigint) + 1 as fiscal_quarter,
        cast(fiscal_period_start_date - interval '1' month * ((fiscal_period - 1) % 3) as date)
            as fiscal_quarter_start_date
        {%- endif %}
    from in_fiscal_quarter
)

select
    date_day,
    {{ month_of('date_day') }} as month_date,
    cast({{ dbt.date_trunc('quarter', 'date_day') }} as date) as quarter_date,
    cast(extract(year from date_day) as bigint) as calendar_year,
    cast(extract(month from date_day) as bigint) as calendar_month,
    fiscal_year,
    cast(fiscal_quarter as bigint) as fiscal_quarter,
    cast(fiscal_period as bigint) as fiscal_period,
    cast(floor({{ days_between('fiscal_year_start_date', 'date_day') }} / 7) as bigint) + 1 as fiscal_week,
    fiscal_year_start_date,
    fiscal_quarter_start_date,
    fiscal_period_start_date,
    case
        when date_day <= as_of_day
            then least({{ starts_at("date_day + interval '1' day") }}, {{ known_until() }})
    end as snapshot_end_at,
    date_day <= as_of_day as has_begun
from fiscal
