-- Grain: conversation_id. Every configured source that knows conversations, in the contract's shape.
{{ canonical('conversations') }}
