{# ISO 3166 alpha-2 where the text is two letters already: people type countries as they like. #}
{% macro salesforce_country_code(country) -%}
    case when regexp_matches(trim({{ country }}), '^[A-Za-z]{2}$') then upper(trim({{ country }})) end
{%- endmacro %}

{# A source or channel as people chose it from a list, in snake case: `Paid Search` becomes `paid_search`. #}
{% macro salesforce_channel(source) -%}
    nullif(regexp_replace(lower(trim({{ source }})), '[^a-z0-9]+', '_', 'g'), '')
{%- endmacro %}
