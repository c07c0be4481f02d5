-- Grain: opportunity_id. Every configured source that knows opportunities, in the contract's shape.
{{ canonical('opportunities') }}
