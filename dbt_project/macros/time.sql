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

{# Calendar days from one date to another; both may be timestamps, whose time of day does not count. #}
{% macro days_between(first, second) -%}
    {{ return(adapter.dispatch('days_between', 'revops')(first, second)) }}
{%- endmacro %}

{% macro default__days_between(first, second) -%}
    {{ dbt.datediff('cast(' ~ first ~ ' as date)', 'cast(' ~ second ~ ' as date)', 'day') }}
{%- endmacro %}

{% macro duckdb__days_between(first, second) -%}
    date_diff('day', cast({{ first }} as date), cast({{ second }} as date))
{%- endmacro %}

{# The calendar month a date or timestamp lies in, as its first day. #}
{% macro month_of(moment) -%}
    cast({{ dbt.date_trunc('month', moment) }} as date)
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
