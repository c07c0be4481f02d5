-- Grain: marketing_spend_id. Every configured source that knows marketing spend, in the contract's shape.
{{ canonical('marketing_spend') }}
