{# The share of revenue that a product family keeps: its own setting, else the company's; NULL where neither is given. #}
{% macro gross_margin(product_family) -%}
    {%- set own = var('gross_margin_by_family', {}) -%}
    {%- set general = var('gross_margin', none) -%}
    cast(
        {%- if own %}
        case {{ product_family }}
            {%- for family, margin in own.items() %}
            when {{ literal(family) }} then {{ margin }}
            {%- endfor %}
            {%- if general %}
            else {{ general }}
            {%- endif %}
        end
        {%- else %} {{ general or 'null' }}
        {%- endif %} as decimal(9, 6)
    )
{%- endmacro %}
