-- Grain: partner_id. Every configured source that knows partners, in the contract's shape.
{{ canonical('partners') }}
