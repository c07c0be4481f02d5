-- Grain: one user.
select
    source_instance,
    id as user_id,
    name,
    nullif(lower(trim(email)), '') as email,
    role
from {{ raw('zendesk', 'users') }}
