-- Grain: opportunity_line_item_id. Every configured source that knows opportunity line items, in the contract's shape.
{{ canonical('opportunity_line_items') }}
