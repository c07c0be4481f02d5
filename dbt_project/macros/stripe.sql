{# Percent off of several discounts, each taken off what the one before left; a single one stays exactly what the coupon says. #}
{% macro stripe_combined_percent(percent_off) -%}
    case
        when count(*) = 1 then max({{ percent_off }})
        else cast(round(100 * (1 - product(1 - {{ percent_off }} / 100)), 6) as decimal(9, 6))
    end
{%- endmacro %}
