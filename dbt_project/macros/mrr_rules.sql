{# The policies that decide a month's MRR, in the order in which `mrr_policy_comparison` switches them. #}
{% macro mrr_policies() -%}
    {{ return(['trials', 'discounts', 'metered', 'pauses', 'past_due', 'churn_date', 'exchange_rate']) }}
{%- endmacro %}

{#
  A rule set as one row: a column for each policy of `mrr_policies()`, holding a value of the setting of that name, and
  the two numbers that `trailing_average` and `churned_after_days` take. `rules` may override settings.
#}
{% macro mrr_rule_set(name, rules={}) -%}
    select
        '{{ name }}' as rule_set
        {%- for policy in mrr_policies() %},
        '{{ rules.get(policy, var("mrr_" ~ policy)) }}' as {{ policy }}
        {%- endfor %},
        cast({{ rules.get('metered_months', var('mrr_metered_months')) }} as bigint) as metered_months,
        cast({{ rules.get('past_due_days', var('mrr_past_due_days')) }} as bigint) as past_due_days
{%- endmacro %}

{#
  What ChartMogul, Stripe and ProfitWell publish about their MRR, in the words of our policies; docs/metrics.md cites
  each. What one of them does not publish, or leaves to the user without naming a default, is not listed and stays ours.
#}
{% macro published_mrr_rules() -%}
    {{ return({
        'chartmogul': {
            'trials': 'excluded', 'discounts': 'applied', 'pauses': 'included', 'past_due': 'counted_until_cancelled',
            'churn_date': 'cancellation', 'exchange_rate': 'service_period_start',
        },
        'stripe': {
            'trials': 'excluded', 'discounts': 'only_permanent', 'metered': 'excluded', 'pauses': 'included',
            'past_due': 'counted_until_cancelled', 'churn_date': 'cancellation_request',
        },
        'profitwell': {
            'trials': 'excluded', 'discounts': 'applied', 'metered': 'trailing_average', 'metered_months': 1,
            'pauses': 'excluded', 'past_due': 'churned_after_days', 'past_due_days': 15,
            'churn_date': 'end_of_paid_period', 'exchange_rate': 'service_period_start',
        },
    }) }}
{%- endmacro %}

{# The number that goes with a policy's value, so that it changes hands with the policy. #}
{% macro mrr_policy_number(policy) -%}
    {{ return({'metered': 'metered_months', 'past_due': 'past_due_days'}.get(policy)) }}
{%- endmacro %}

{#
  The way from our rules to each published rule set, one policy at a time: (rule set, policy, name before, name after,
  rules after). A policy on which both agree keeps the name, so that nothing is computed twice.
#}
{% macro mrr_rule_steps() -%}
    {%- set steps = [] -%}
    {%- for rule_set, published in published_mrr_rules().items() -%}
        {%- set at = namespace(name='ours', rules={}) -%}
        {%- for policy in mrr_policies() -%}
            {%- set number = mrr_policy_number(policy) -%}
            {%- set theirs = published.get(policy, var('mrr_' ~ policy)) -%}
            {%- set same = theirs == var('mrr_' ~ policy)
                and (theirs not in ('trailing_average', 'churned_after_days') or published.get(number) == var('mrr_' ~ number)) -%}
            {%- set before = at.name -%}
            {%- if not same -%}
                {%- set at.name = rule_set ~ ':' ~ policy -%}
                {%- set at.rules = dict(at.rules, **{policy: theirs}) -%}
                {%- if number and number in published -%}
                    {%- set at.rules = dict(at.rules, **{number: published[number]}) -%}
                {%- endif -%}
            {%- endif -%}
            {%- do steps.append((rule_set, policy, before, at.name, at.rules)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(steps) }}
{%- endmacro %}
