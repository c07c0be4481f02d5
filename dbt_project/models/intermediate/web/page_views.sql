-- Grain: page_view_id. Every configured source that knows page views, in the contract's shape.
{{ canonical('page_views') }}
