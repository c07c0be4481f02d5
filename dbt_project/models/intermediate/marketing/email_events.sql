-- Grain: email_event_id. Every configured source that knows email events, in the contract's shape.
{{ canonical('email_events') }}
