-- Grain: satisfaction_rating_id. Every configured source that knows satisfaction ratings, in the contract's shape.
{{ canonical('satisfaction_ratings') }}
