-- Grain: campaign_member_id. Every configured source that knows campaign members, in the contract's shape.
{{ canonical('campaign_members') }}
