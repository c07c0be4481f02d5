{#
  numerator / denominator, exact, rounded half away from zero to `scale` digits; NULL on a zero denominator.

  Engines divide decimals in floating point, which turns half a cent into less than half. Here whole units and the rest
  are divided apart, each after its remainder was taken off, so that no division leaves a fraction:
  n / d = floor(n / d) + floor((2·(n mod d)·10^scale + d) / 2·d) / 10^scale. Exact while the whole part has at most 14
  digits. Both arguments are evaluated several times, so pass columns or short sums of them. Types are wider than 18
  digits, because DuckDB keeps products of narrower ones within 18 and overflows.
#}
{% macro divide(numerator, denominator, scale=6, numerator_type='decimal(20,2)', denominator_type='decimal(20,2)') -%}
    {%- set n = 'abs(cast(' ~ numerator ~ ' as ' ~ numerator_type ~ '))' -%}
    {%- set d = 'abs(cast(' ~ denominator ~ ' as ' ~ denominator_type ~ '))' -%}
    {%- set rest = '(' ~ n ~ ' % ' ~ d ~ ' * ' ~ (2 * 10 ** scale) ~ ' + ' ~ d ~ ')' -%}
    {%- set unit = '0.' ~ '0' * (scale - 1) ~ '1' -%}
    case
        when {{ denominator }} <> 0
            then cast(
                case when ({{ numerator }} < 0) = ({{ denominator }} < 0) then 1 else -1 end
                * (
                    cast(round(({{ n }} - {{ n }} % {{ d }}) / {{ d }}, 0) as decimal(18, 0))
                    + cast(round(({{ rest }} - {{ rest }} % ({{ d }} * 2)) / ({{ d }} * 2), 0) as decimal(18, 0))
                    * cast({{ unit }} as decimal({{ scale + 1 }}, {{ scale }}))
                )
                as decimal(18, {{ scale }})
            )
    end
{%- endmacro %}

{# A ratio published beside its parts: decimal(18, 6), NULL where there is nothing to divide by. #}
{% macro ratio(numerator, denominator) -%}
    {{ divide(numerator, denominator) }}
{%- endmacro %}

{# An amount in the reporting currency, rounded half away from zero to two digits; NULL where no rate is known. #}
{% macro convert(amount, rate) -%}
    cast(round(cast({{ amount }} as decimal(19, 2)) * {{ rate }}, 2) as decimal(18, 2))
{%- endmacro %}

{# A sum that is NULL as soon as one part is unknown, so that a missing rate never passes for a smaller total. #}
{% macro sum_known(amount) -%}
    cast(case when count(*) = count({{ amount }}) then sum({{ amount }}) end as decimal(18, 2))
{%- endmacro %}

{# The value below which `share` of the known values of a column lie, between two of them in proportion; 0.5: the median. #}
{% macro percentile(share, value) -%}
    cast(percentile_cont({{ share }}) within group (order by {{ value }}) as decimal(18, 6))
{%- endmacro %}

{#
  The rate by which `base` grew each month to become `amount` over `months` months; NULL unless the base is above zero and
  the amount not below. A root is no exact number, so this is the one place where a quotient is a float.
#}
{% macro compound_growth(amount, base, months) -%}
    case
        when {{ base }} > 0 and {{ amount }} >= 0
            then cast(power(cast({{ amount }} as double) / cast({{ base }} as double), 1.0 / {{ months }}) - 1 as decimal(18, 6))
    end
{%- endmacro %}
