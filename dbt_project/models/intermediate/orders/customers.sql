-- Grain: customer_id. Every configured source that knows customers, in the contract's shape.
{{ canonical('customers') }}
