-- Grain: subscription_item_term_id: a stretch of unchanged terms that earn recurring revenue under our policies, with its
-- MRR. What does not count is left out here and nowhere else. The rules are rows, so that `mrr_policy_comparison` runs
-- the same SQL under those of others.
with rule_sets as (
    {{ mrr_rule_set('ours') }}
),

{{ mrr_terms_of_rule_sets() }}

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
    contract_mrr,
    mrr
from mrr_terms
