-- Grain: opportunity_contact_id. Every configured source that knows opportunity contacts, in the contract's shape.
{{ canonical('opportunity_contacts') }}
