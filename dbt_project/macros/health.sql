{#
  What may stand against a customer, the gravest first: (reason, condition of a day of `running` for watch, for at risk).
  Thresholds are the settings `health_…`; an unknown amount is no sign.
#}
{% macro health_signs() -%}
    {%- set fall = '(known_mrr_before - known_mrr) * 100 >= known_mrr_before * ' -%}
    {%- set silence = days_between(day_of('last_touch_at'), 'date_day') ~ ' >= ' -%}
    {{ return([
        ('cancellation_requested', 'cancellations > 0', 'cancellations > 0'),
        (
            'revenue_fell',
            'known_mrr_before > 0 and ' ~ fall ~ var('health_mrr_fall_percent')[0],
            'known_mrr_before > 0 and ' ~ fall ~ var('health_mrr_fall_percent')[1],
        ),
        ('bills_overdue', 'watched_bills > 0', 'risky_bills > 0'),
        (
            'answers_late',
            'late_conversations >= ' ~ var('health_late_conversations')[0],
            'late_conversations >= ' ~ var('health_late_conversations')[1],
        ),
        ('silent', silence ~ var('health_silent_days')[0], silence ~ var('health_silent_days')[1]),
    ]) }}
{%- endmacro %}

{# healthy, watch or at_risk. #}
{% macro health() -%}
    case
        {%- for reason, watch, risk in health_signs() %}
        when {{ risk }} then 'at_risk'
        {%- endfor %}
        {%- for reason, watch, risk in health_signs() %}
        when {{ watch }} then 'watch'
        {%- endfor %}
        else 'healthy'
    end
{%- endmacro %}

{# The first sign of the level that `health` gives; NULL where nothing stands against the customer. #}
{% macro health_reason() -%}
    case
        {%- for reason, watch, risk in health_signs() %}
        when {{ risk }} then '{{ reason }}'
        {%- endfor %}
        {%- for reason, watch, risk in health_signs() %}
        when {{ watch }} then '{{ reason }}'
        {%- endfor %}
    end
{%- endmacro %}
