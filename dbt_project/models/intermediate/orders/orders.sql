-- Grain: order_id. Every configured source that knows orders, in the contract's shape.
{{ canonical('orders') }}
