-- Grain: referral_id. Every configured source that knows referrals, in the contract's shape.
{{ canonical('referrals') }}
