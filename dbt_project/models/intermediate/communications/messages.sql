-- Grain: message_id. Every configured source that knows messages, in the contract's shape.
{{ canonical('messages') }}
