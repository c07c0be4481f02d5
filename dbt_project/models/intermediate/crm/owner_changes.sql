-- Grain: owner_change_id. Every configured source that knows owner changes, in the contract's shape.
{{ canonical('owner_changes') }}
