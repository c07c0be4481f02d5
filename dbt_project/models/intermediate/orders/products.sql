-- Grain: product_id. Every configured source that knows products, in the contract's shape.
{{ canonical('products') }}
