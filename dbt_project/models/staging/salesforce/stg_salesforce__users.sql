-- Grain: one Salesforce user, those who left included.
select
    source_instance,
    id as user_id,
    name,
    email,
    user_role_id,
    manager_id,
    coalesce(is_active, false) as is_active,
    created_date as created_at
from {{ raw('salesforce', 'users') }}
