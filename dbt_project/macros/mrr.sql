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
  Stretches of terms that earn recurring revenue under each rule set, with their MRR: a query without `with`, over the
  CTE `rule_sets` of the calling model, which also has to offer `mrr_inputs()` as CTEs.
  MRR is rounded per item, half away from zero to two digits, before anything is added up.
#}
{% macro mrr_inputs() -%}
active_trials as (
    -- Contracts that were paid for after all, whose trial `included_once_active` counts.
    select subscription_id
    from {{ ref('subscription_item_terms') }}
    where revenue_type = 'recurring' and not is_trial and valid_from < {{ known_until() }}
    group by 1
),

given_back as (
    select invoice_id from {{ ref('credit_notes') }}
    union distinct
    select invoice_id from {{ ref('refunds') }}
),

paid_periods as (
    select invoices.subscription_id, max(lines.service_end_at) as paid_until
    from {{ ref('invoices') }} as invoices
    inner join {{ ref('invoice_lines') }} as lines on invoices.invoice_id = lines.invoice_id
    left join given_back on invoices.invoice_id = given_back.invoice_id
    where
        invoices.subscription_id is not null
        and coalesce(invoices.status, 'open') = 'paid'
        and lines.revenue_type = 'recurring'
        and lines.net_amount > 0
        and given_back.invoice_id is null
    group by 1
),

contracts as (
    select
        subscriptions.subscription_id,
        subscriptions.ended_at,
        subscriptions.cancel_requested_at,
        case
            when paid_periods.paid_until > subscriptions.ended_at then paid_periods.paid_until
            else subscriptions.ended_at
        end as paid_until
    from {{ ref('subscriptions') }} as subscriptions
    left join paid_periods on subscriptions.subscription_id = paid_periods.subscription_id
),

priced_terms as (
    select
        rule_sets.rule_set,
        terms.subscription_item_term_id,
        terms.subscription_item_id,
        terms.subscription_id,
        terms.customer_id,
        terms.product_id,
        terms.valid_from,
        case
            -- Only what ran to the end of the contract runs on to the end of the period paid for.
            when rule_sets.churn_date = 'end_of_paid_period' and terms.valid_to = contracts.ended_at
                then contracts.paid_until
            when
                rule_sets.churn_date = 'cancellation_request'
                and contracts.cancel_requested_at < coalesce(terms.valid_to, {{ end_of_time() }})
                then contracts.cancel_requested_at
            else terms.valid_to
        end as valid_to,
        terms.currency_code,
        terms.unit_amount,
        terms.quantity,
        case rule_sets.discounts
            when 'applied' then terms.discount_percent
            when 'only_permanent' then coalesce(terms.permanent_discount_percent, terms.discount_percent)
            else 0
        end as discount_percent,
        terms.billing_interval,
        terms.billing_interval_count
    from {{ ref('subscription_item_terms') }} as terms
    cross join rule_sets
    left join active_trials on terms.subscription_id = active_trials.subscription_id
    left join contracts on terms.subscription_id = contracts.subscription_id
    where
        terms.revenue_type = 'recurring'
        and terms.quantity > 0
        and (not terms.is_paused or rule_sets.pauses = 'included')
        and (
            not terms.is_trial
            or (rule_sets.trials = 'included_once_active' and active_trials.subscription_id is not null)
        )
),

{{ mrr_metered_terms() }},

{{ mrr_earning_windows() }},

all_terms as (
    select * from priced_terms
    union all
    select * from metered_terms
),

earning_terms as (
    select
        terms.rule_set,
        terms.subscription_item_term_id
        || case when windows.window_number > 1 then '@' || cast(windows.window_number as {{ dbt.type_string() }}) else '' end
            as subscription_item_term_id,
        terms.subscription_item_id,
        terms.subscription_id,
        terms.customer_id,
        terms.product_id,
        greatest(terms.valid_from, coalesce(windows.earns_from, terms.valid_from)) as valid_from,
        case
            when windows.earns_to < coalesce(terms.valid_to, {{ end_of_time() }}) then windows.earns_to
            else terms.valid_to
        end as valid_to,
        terms.currency_code,
        terms.unit_amount,
        terms.quantity,
        terms.discount_percent,
        terms.billing_interval,
        terms.billing_interval_count,
        cast(cast(terms.unit_amount as decimal(19, 6)) * terms.quantity as decimal(20, 8))
        * case terms.billing_interval when 'week' then 52 when 'day' then 365 else 1 end as base_amount,
        terms.billing_interval_count * case terms.billing_interval when 'month' then 1 else 12 end as months_per_base
    from all_terms as terms
    left join earning_windows as windows
        on
            terms.rule_set = windows.rule_set
            and terms.subscription_id = windows.subscription_id
            and (terms.valid_to is null or windows.earns_from < terms.valid_to)
            and windows.earns_to > terms.valid_from
    left join suspended on terms.rule_set = suspended.rule_set and terms.subscription_id = suspended.subscription_id
    where suspended.subscription_id is null or windows.subscription_id is not null
),

mrr_shares as (
    select
        *,
        base_amount * (100 - discount_percent) as billed_amount_percent,
        months_per_base * 100 as months_per_base_percent
    from earning_terms
    where valid_from < {{ known_until() }} and (valid_to is null or valid_to > valid_from)
),

mrr_terms as (
    select
        rule_set,
        subscription_item_term_id,
        subscription_item_id,
        subscription_id,
        customer_id,
        product_id,
        valid_from,
        valid_to,
        currency_code,
        unit_amount,
        quantity,
        cast(discount_percent as decimal(9, 6)) as discount_percent,
        billing_interval,
        billing_interval_count,
        {{ divide('base_amount', 'months_per_base', 2, 'decimal(24,8)', 'decimal(19,0)') }} as contract_mrr,
        {{ divide('billed_amount_percent', 'months_per_base_percent', 2, 'decimal(33,14)', 'decimal(19,0)') }} as mrr
    from mrr_shares
)
{%- endmacro %}

{#
  Metered items as terms of one month each. The price of a month is the average of what was used in the complete months
  before it, so that it is known when the month begins; an item younger than the window is averaged over its own months.
#}
{% macro mrr_metered_terms() -%}
usage_lines as (
    select
        invoices.subscription_id,
        invoices.customer_id,
        invoices.currency_code,
        lines.product_id,
        coalesce(lines.subscription_item_id, invoices.subscription_id || ':usage') as subscription_item_id,
        {{ month_of("coalesce(lines.service_end_at - interval '1' second, invoices.issued_at)") }} as month_date,
        lines.net_amount
    from {{ ref('invoice_lines') }} as lines
    inner join {{ ref('invoices') }} as invoices on lines.invoice_id = invoices.invoice_id
    where
        lines.revenue_type = 'usage'
        and invoices.subscription_id is not null
        and coalesce(invoices.status, 'open') in ('open', 'paid', 'uncollectible')
        and exists (select 1 from rule_sets where rule_sets.metered = 'trailing_average')
),

used_months as (
    select
        subscription_id,
        customer_id,
        currency_code,
        product_id,
        subscription_item_id,
        month_date,
        sum(net_amount) as net_amount,
        min(min(month_date)) over (partition by subscription_item_id) as first_month_date
    from usage_lines
    group by 1, 2, 3, 4, 5, 6
),

trailing_usage as (
    select
        rule_sets.rule_set,
        rule_sets.churn_date,
        rule_sets.metered_months,
        months.month_date,
        months.started_at,
        months.next_month_date,
        used_months.subscription_id,
        used_months.customer_id,
        used_months.currency_code,
        used_months.product_id,
        used_months.subscription_item_id,
        sum(used_months.net_amount) as net_amount,
        {{ months_between('min(used_months.first_month_date)', 'months.month_date') }} as months_of_use
    from used_months
    cross join rule_sets
    inner join {{ ref('dim_months') }} as months
        on
            used_months.month_date < months.month_date
            and months.month_date <= used_months.month_date + rule_sets.metered_months * interval '1' month
    where rule_sets.metered = 'trailing_average'
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
),

averaged_usage as (
    select *, least(months_of_use, metered_months) as averaged_months
    from trailing_usage
    where net_amount > 0
),

metered_terms as (
    select
        usage.rule_set,
        usage.subscription_item_id || '@' || cast(usage.month_date as {{ dbt.type_string() }})
            as subscription_item_term_id,
        usage.subscription_item_id,
        usage.subscription_id,
        usage.customer_id,
        usage.product_id,
        usage.started_at as valid_from,
        least(
            cast(usage.next_month_date as timestamp),
            coalesce(
                case usage.churn_date
                    when 'cancellation_request' then contracts.cancel_requested_at
                    when 'end_of_paid_period' then contracts.paid_until
                    else contracts.ended_at
                end,
                {{ end_of_time() }}
            )
        ) as valid_to,
        usage.currency_code,
        cast({{ divide('usage.net_amount', 'usage.averaged_months', 2, 'decimal(20,2)', 'decimal(19,0)') }} as decimal(18, 6))
            as unit_amount,
        cast(1 as decimal(18, 6)) as quantity,
        cast(0 as decimal(9, 6)) as discount_percent,
        'month' as billing_interval,
        cast(1 as bigint) as billing_interval_count
    from averaged_usage as usage
    left join contracts on usage.subscription_id = contracts.subscription_id
)
{%- endmacro %}

{#
  When a contract earns under `churned_after_days`: not from so many days after a bill was due until that bill is paid
  or voided. Contracts without such a time are not in `suspended` and have no window: they earn throughout.
#}
{% macro mrr_earning_windows() -%}
overdue as (
    select
        rule_sets.rule_set,
        invoices.subscription_id,
        cast(coalesce(invoices.due_date, cast(invoices.issued_at as date)) as timestamp)
        + rule_sets.past_due_days * interval '1' day as suspended_from,
        coalesce(invoices.paid_at, invoices.voided_at, {{ end_of_time() }}) as suspended_to
    from {{ ref('invoices') }} as invoices
    inner join rule_sets on rule_sets.past_due = 'churned_after_days'
    where
        invoices.subscription_id is not null
        and invoices.net_amount > 0
        and (coalesce(invoices.status, 'open') in ('open', 'paid', 'uncollectible') or invoices.voided_at is not null)
),

overdue_with_reach as (
    select
        *,
        max(suspended_to) over (
            partition by rule_set, subscription_id
            order by suspended_from, suspended_to
            rows between unbounded preceding and 1 preceding
        ) as reached_before
    from overdue
    where suspended_from < suspended_to and suspended_from < {{ known_until() }}
),

overdue_numbered as (
    select
        *,
        sum(case when reached_before is null or reached_before < suspended_from then 1 else 0 end) over (
            partition by rule_set, subscription_id order by suspended_from, suspended_to rows unbounded preceding
        ) as suspension_number
    from overdue_with_reach
),

suspensions as (
    select
        rule_set,
        subscription_id,
        suspension_number,
        min(suspended_from) as suspended_from,
        max(suspended_to) as suspended_to
    from overdue_numbered
    group by 1, 2, 3
),

suspended as (
    select distinct rule_set, subscription_id from suspensions
),

earning_windows as (
    select
        rule_set,
        subscription_id,
        suspension_number as window_number,
        coalesce(
            lag(suspended_to) over (partition by rule_set, subscription_id order by suspension_number),
            cast('0001-01-01' as timestamp)
        ) as earns_from,
        suspended_from as earns_to
    from suspensions

    union all

    select
        rule_set,
        subscription_id,
        max(suspension_number) + 1 as window_number,
        max(suspended_to) as earns_from,
        {{ end_of_time() }} as earns_to
    from suspensions
    group by 1, 2
)
{%- endmacro %}

{#
  The day whose exchange rate applies to an amount in a month's snapshot: 1 January of the year, the first day of the
  service period that is running, or the snapshot's own last day.
#}
{% macro mrr_rate_date(policy, month_date, snapshot_end_at, service_start_at) -%}
    cast(
        case {{ policy }}
            when 'spot' then {{ snapshot_end_at }} - interval '1' second
            when 'service_period_start' then {{ service_start_at }}
            else {{ dbt.date_trunc('year', month_date) }}
        end as date
    )
{%- endmacro %}

{# CTE `service_periods`: when each billing period of a subscription item began and ended, from its bills. #}
{% macro service_periods() -%}
service_periods as (
    select
        invoices.subscription_id,
        lines.subscription_item_id,
        lines.service_start_at,
        lines.service_end_at
    from {{ ref('invoice_lines') }} as lines
    inner join {{ ref('invoices') }} as invoices on lines.invoice_id = invoices.invoice_id
    where
        lines.subscription_item_id is not null
        and not coalesce(lines.is_proration, false)
        and lines.net_amount >= 0
        and lines.service_start_at < lines.service_end_at
)
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
