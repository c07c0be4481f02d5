-- Grain: conversation_event_id. Every configured source that knows conversation events, in the contract's shape.
{{ canonical('conversation_events') }}
