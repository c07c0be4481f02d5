-- Grain: one teammate, those who left included.
select
    source_instance,
    id as admin_id,
    name,
    nullif(lower(trim(email)), '') as email
from {{ raw('intercom', 'admins') }}
