-- Grain: subscription_item_term_id: a stretch of unchanged terms that earn recurring revenue, with its MRR. MRR is
-- rounded per item, half away from zero to two digits, before anything is added up. Trials, pauses, removed items
-- and everything that is not recurring are left out here and nowhere else.
with terms as (
    select
        *,
        cast(cast(unit_amount as decimal(19, 6)) * quantity as decimal(20, 8)) as period_amount,
        case billing_interval when 'week' then 52 when 'day' then 365 else 1 end as periods_per_base,
        billing_interval_count * case billing_interval when 'month' then 1 else 12 end as months_per_base,
        {{ 'discount_percent' if var('mrr_discounts') == 'applied' else '0' }} as percent_off
    from {{ ref('subscription_item_terms') }}
    where
        revenue_type = 'recurring'
        and quantity > 0
        and not is_paused
        {%- if var('mrr_trials') == 'excluded' %}
        and not is_trial
        {%- endif %}
        and valid_from < {{ known_until() }}
        and (valid_to is null or valid_to > valid_from)
),

priced as (
    select
        *,
        period_amount * periods_per_base as contract_amount,
        period_amount * periods_per_base * (100 - percent_off) as billed_amount_percent,
        months_per_base * 100 as months_per_base_percent
    from terms
)

select
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
    discount_percent,
    billing_interval,
    billing_interval_count,
    {{ divide('contract_amount', 'months_per_base', 2, 'decimal(24,8)', 'decimal(19,0)') }} as contract_mrr,
    {{ divide('billed_amount_percent', 'months_per_base_percent', 2, 'decimal(33,14)', 'decimal(19,0)') }} as mrr
from priced
