{#
  numerator / denominator, exact, rounded half away from zero to `scale` digits; NULL on a zero denominator.

  Engines divide decimals in floating point, which turns half a cent into less than half. Here the quotient is found
  from the remainder: q = floor((2·|n|·10^scale + |d|) / 2·|d|), whose division leaves no fraction. Both arguments
  are expressions evaluated several times, so pass columns. The types must hold the values: up to 35 digits in the
  numerator's scaled form, 15 in the result.
#}
{% macro divide(numerator, denominator, scale=6, numerator_type='decimal(20,2)', denominator_type='decimal(20,2)') -%}
    {%- set n = 'abs(cast(' ~ numerator ~ ' as ' ~ numerator_type ~ '))' -%}
    {%- set d = 'abs(cast(' ~ denominator ~ ' as ' ~ denominator_type ~ '))' -%}
    {%- set scaled = '(' ~ n ~ ' * ' ~ (2 * 10 ** scale) ~ ' + ' ~ d ~ ')' -%}
    {%- set unit = '1' if scale == 0 else '0.' ~ '0' * (scale - 1) ~ '1' -%}
    case
        when {{ denominator }} <> 0
            then cast(
                case when ({{ numerator }} < 0) = ({{ denominator }} < 0) then 1 else -1 end
                * cast(
                    round(({{ scaled }} - {{ scaled }} % ({{ d }} * 2)) / ({{ d }} * 2), 0) as decimal(18, 0)
                )
                * cast({{ unit }} as decimal({{ scale + 1 }}, {{ scale }}))
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
