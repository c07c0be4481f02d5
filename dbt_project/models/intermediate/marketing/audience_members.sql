-- Grain: audience_member_id. Every configured source that knows audience members, in the contract's shape.
{{ canonical('audience_members') }}
