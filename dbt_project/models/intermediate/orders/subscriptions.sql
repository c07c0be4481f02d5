-- Grain: subscription_id. Every configured source that knows subscriptions, in the contract's shape.
{{ canonical('subscriptions') }}
