-- Grain: activity_id. Every configured source that knows activities, in the contract's shape.
{{ canonical('activities') }}
