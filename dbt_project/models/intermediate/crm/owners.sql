-- Grain: owner_id. Every configured source that knows owners, in the contract's shape.
{{ canonical('owners') }}
