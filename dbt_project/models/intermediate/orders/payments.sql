-- Grain: payment_id. Every configured source that knows payments, in the contract's shape.
{{ canonical('payments') }}
