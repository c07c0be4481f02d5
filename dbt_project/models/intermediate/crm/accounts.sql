-- Grain: account_id. Every configured source that knows accounts, in the contract's shape.
{{ canonical('accounts') }}
