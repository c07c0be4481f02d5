-- Grain: pipeline_stage_id. Every configured source that knows pipeline stages, in the contract's shape.
{{ canonical('pipeline_stages') }}
