-- Grain: commission_id. Every configured source that knows commissions, in the contract's shape.
{{ canonical('commissions') }}
