-- Grain: invoice_line_id. Every configured source that knows invoice lines, in the contract's shape.
{{ canonical('invoice_lines') }}
