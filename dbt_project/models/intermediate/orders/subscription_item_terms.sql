-- Grain: subscription_item_term_id. Every configured source that knows subscription item terms, in the contract's shape.
{{ canonical('subscription_item_terms') }}
