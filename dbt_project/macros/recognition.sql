{#
  What of `amount` has been served after `days_served` of `service_days`, rounded half away from zero to the cent. A
  stretch of days earns the difference of its two ends, so that days, months and horizons each add up to the amount.
  `amount_days` is amount × days served, as a column, since `divide` reads it several times.
#}
{% macro earned_through(amount_days, service_days) -%}
    {{ divide(amount_days, service_days, 2, 'decimal(30,2)', 'decimal(19,0)') }}
{%- endmacro %}

{# The number `days`, kept between none and all of `service_days`. #}
{% macro days_within(days, service_days) -%}
    least(greatest({{ days }}, 0), {{ service_days }})
{%- endmacro %}
