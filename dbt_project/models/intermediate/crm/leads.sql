-- Grain: lead_id. Every configured source that knows leads, in the contract's shape.
{{ canonical('leads') }}
