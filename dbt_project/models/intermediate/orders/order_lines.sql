-- Grain: order_line_id. Every configured source that knows order lines, in the contract's shape.
{{ canonical('order_lines') }}
