-- Grain: opportunity_change_id. Every configured source that knows opportunity changes, in the contract's shape.
{{ canonical('opportunity_changes') }}
