-- Grain: refund_id. Every configured source that knows refunds, in the contract's shape.
{{ canonical('refunds') }}
