-- Grain: quota_id. Every configured source that knows quotas, in the contract's shape.
{{ canonical('quotas') }}
