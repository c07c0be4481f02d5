-- Grain: session_id. Every configured source that knows sessions, in the contract's shape.
{{ canonical('sessions') }}
