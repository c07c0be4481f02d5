-- Grain: one action of a visit. The URL loses its query and fragment here: they may carry personal data.
select
    source_instance,
    id_visit as visit_id,
    id_visit || ':' || action_key as action_id,
    position,
    type,
    timestamp as occurred_at,
    regexp_replace(url, '[?#].*$', '') as url,
    nullif(page_title, '') as title,
    goal_id,
    nullif(goal_name, '') as goal_name,
    revenue,
    nullif(upper(site_currency), '') as currency_code
from {{ raw('matomo', 'actions') }}
