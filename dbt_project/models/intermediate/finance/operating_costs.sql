-- Grain: operating_cost_id. Every configured source that knows what sales and marketing cost, in the contract's shape.
{{ canonical('operating_costs') }}
