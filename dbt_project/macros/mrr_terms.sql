{#
  CTEs that end in `mrr_terms`: stretches of terms that earn recurring revenue, with their MRR, under each rule set of the
  CTE `rule_sets` that the calling model has to offer (rows of `mrr_rule_set`). MRR is rounded per item, half away from
  zero to two digits, before anything is added up.
#}
{% macro mrr_terms_of_rule_sets() -%}
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
