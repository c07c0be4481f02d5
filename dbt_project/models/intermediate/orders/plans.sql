-- Grain: plan_id. Every configured source that knows what was planned, in the contract's shape.
{{ canonical('plans') }}
