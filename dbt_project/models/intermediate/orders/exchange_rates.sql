-- Grain: exchange_rate_id. Every configured source that knows exchange rates, in the contract's shape.
{{ canonical('exchange_rates') }}
