-- Grain: campaign_id. Every configured source that knows campaigns, in the contract's shape.
{{ canonical('campaigns') }}
