-- Grain: invoice_id. Every configured source that knows invoices, in the contract's shape.
{{ canonical('invoices') }}
