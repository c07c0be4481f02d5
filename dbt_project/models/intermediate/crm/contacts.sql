-- Grain: contact_id. Every configured source that knows contacts, in the contract's shape.
{{ canonical('contacts') }}
