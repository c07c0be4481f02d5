-- Grain: one audience.
select
    source_instance,
    id as list_id,
    name
from {{ raw('mailchimp', 'lists') }}
