-- Grain: team_id. Every configured source that knows teams, in the contract's shape.
{{ canonical('teams') }}
