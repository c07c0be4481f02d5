{# The last instant the data speaks of: the `as_of` setting, or the start of this run, the same for every model. #}
{% macro as_of() -%}
    cast('{{ var("as_of", "") or run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp)
{%- endmacro %}

{# The first instant nothing is known of: the second after `as_of`. Snapshots compare with `<` against it. #}
{% macro known_until() -%}
    ({{ as_of() }} + interval '1' second)
{%- endmacro %}

{# Whole numbers from 0 to 10^digits - 1, as a subquery with the column `n`. No engine's own series function is used. #}
{% macro numbers(digits=5) -%}
    (
        select
            {%- for position in range(digits) %}
            d{{ position }}.digit * {{ 10 ** position }}{{ ' +' if not loop.last else ' as n' }}
            {%- endfor %}
        from
        {%- for position in range(digits) %}
            {{ 'cross join ' if not loop.first }}(
                {%- for digit in range(10) -%}
                    select {{ digit }} as digit{{ ' union all ' if not loop.last }}
                {%- endfor -%}
            ) as d{{ position }}
        {%- endfor %}
    )
{%- endmacro %}

{# Calendar days from one date to another. #}
{% macro days_between(first, second) -%}
    {{ return(adapter.dispatch('days_between', 'revops')(first, second)) }}
{%- endmacro %}

{% macro default__days_between(first, second) -%}
    {{ dbt.datediff('cast(' ~ first ~ ' as date)', 'cast(' ~ second ~ ' as date)', 'day') }}
{%- endmacro %}

{% macro duckdb__days_between(first, second) -%}
    date_diff('day', cast({{ first }} as date), cast({{ second }} as date))
{%- endmacro %}

{#
  Instants are kept in UTC; days and months are those of the reporting time zone. Whatever takes an instant to its day, or
  a day to the instant at which it begins, goes through these four; dates need none of them.
#}
{% macro day_of(moment) -%}
    cast({{ moment if var('time_zone') == 'UTC' else clock_time(moment, var('time_zone')) }} as date)
{%- endmacro %}

{% macro month_at(moment) -%}
    {{ month_of(day_of(moment)) }}
{%- endmacro %}

{% macro starts_at(day) -%}
    {%- set midnight = 'cast(' ~ day ~ ' as timestamp)' -%}
    {{ midnight if var('time_zone') == 'UTC' else instant_of(midnight, var('time_zone')) }}
{%- endmacro %}

{% macro today() -%}
    {{ day_of(as_of()) }}
{%- endmacro %}

{# What clocks in `zone` show at an instant in UTC. #}
{% macro clock_time(moment, zone) -%}
    {{ return(adapter.dispatch('clock_time', 'revops')(moment, zone)) }}
{%- endmacro %}

{% macro default__clock_time(moment, zone) -%}
    cast({{ moment }} as timestamp) at time zone 'UTC' at time zone '{{ zone }}'
{%- endmacro %}

{% macro spark__clock_time(moment, zone) -%}
    from_utc_timestamp({{ moment }}, '{{ zone }}')
{%- endmacro %}

{# The instant in UTC at which clocks in `zone` show a time. #}
{% macro instant_of(clock_time, zone) -%}
    {{ return(adapter.dispatch('instant_of', 'revops')(clock_time, zone)) }}
{%- endmacro %}

{% macro default__instant_of(clock_time, zone) -%}
    {{ clock_time }} at time zone '{{ zone }}' at time zone 'UTC'
{%- endmacro %}

{% macro spark__instant_of(clock_time, zone) -%}
    to_utc_timestamp({{ clock_time }}, '{{ zone }}')
{%- endmacro %}

{# The calendar month a date lies in, as its first day; of an instant, `month_at`. #}
{% macro month_of(date) -%}
    cast({{ dbt.date_trunc('month', date) }} as date)
{%- endmacro %}

{# Calendar months from one first day of a month to another. #}
{% macro months_between(first, second) -%}
    cast(
        (extract(year from {{ second }}) - extract(year from {{ first }})) * 12
        + extract(month from {{ second }}) - extract(month from {{ first }}) as bigint
    )
{%- endmacro %}

{# The instant that stands for "never ends" where two ends are compared; no row keeps it. #}
{% macro end_of_time() -%}
    cast('9999-12-31' as timestamp)
{%- endmacro %}

{# Seconds from one timestamp to another. #}
{% macro seconds_between(first, second) -%}
    {{ return(adapter.dispatch('seconds_between', 'revops')(first, second)) }}
{%- endmacro %}

{% macro default__seconds_between(first, second) -%}
    {{ dbt.datediff(first, second, 'second') }}
{%- endmacro %}

{% macro duckdb__seconds_between(first, second) -%}
    date_diff('second', {{ first }}, {{ second }})
{%- endmacro %}
