{# The fields of a deal whose every value is kept in its history. #}
{% macro opportunity_fields() -%}
    {{ return(['stage_code', 'amount', 'currency_code', 'expected_close_date', 'owner_id', 'is_deleted']) }}
{%- endmacro %}

{# What sales numbers are broken down by, besides `total`; `bridge_opportunity_dimensions` gives each deal one value. #}
{% macro opportunity_dimensions() -%}
    {{ return([
        'segment', 'region', 'industry', 'acquisition_channel', 'owner', 'team', 'product', 'partner_role',
        'opportunity_type',
    ]) }}
{%- endmacro %}

{# The stage a deal is in: that of its CRM, and where it has none, a closed deal's outcome. #}
{% macro stage_now(deal) -%}
    coalesce(
        {{ deal }}.stage_code,
        case when {{ deal }}.is_closed then case when {{ deal }}.is_won then 'won' else 'lost' end end
    )
{%- endmacro %}
