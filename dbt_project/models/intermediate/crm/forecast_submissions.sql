-- Grain: forecast_submission_id. Every configured source that knows forecast submissions, in the contract's shape.
{{ canonical('forecast_submissions') }}
